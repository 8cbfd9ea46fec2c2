import { ConfigResourceTypes, ConfigSource, type Admin } from 'kafkajs';
import type { LogLine } from '../observer';
import type { TopicFound } from './topicSettings';

const FLUSH = 'flush.messages';

/**
 * Has the broker write to its disk after so many records, before it acks them: with one copy, a power cut takes what is in
 * the page cache alone. What else is set on the topic is sent along, for the request replaces all of it.
 */
export async function flushEach(
  admin: Admin,
  topic: string,
  { found, messages, log }: { found: TopicFound; messages: number; log: LogLine },
): Promise<void> {
  const value = String(messages);
  if (found.settings.get(FLUSH) === value) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  const own = (resources[0]?.configEntries ?? [])
    .filter(({ configName, configSource }) => configSource === ConfigSource.TOPIC_CONFIG && configName !== FLUSH)
    .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [...own, { name: FLUSH, value }] }],
  });
  log('info', 'topic with one copy is flushed', { topic, [FLUSH]: value, before: found.settings.get(FLUSH) });
}
