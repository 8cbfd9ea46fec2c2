import { encodeEvent, partitionOfKey, recordKey, type ChatEvent } from '@threadlog/events';
import { createKafkaLog, createMemoryLog, ensureTopic, type EventLog } from '@threadlog/log';
import {
  createDatabase,
  createPostgresMessageStore,
  migrate,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import { foldRows, memorySealing, writeRows, type TestStack, type ThreadStory } from '@threadlog/testing';

export const PARTITIONS = 3;

/** What was told of one stream, in order. */
export type Story = Pick<ThreadStory, 'place' | 'events'>;

/** A log, a read model in real Postgres, and the hands that write to both. */
export interface Backend {
  log: EventLog;
  /** Topic of signals. */
  signals: EventLog;
  database: Database;
  sealing: SealingService;
  messageStore(): MessageStore;
  /** Appends what the story has told since it was last appended; returns those events. */
  tell(story: Story): Promise<ChatEvent[]>;
  /** Brings the read model to the end of the log. */
  project(): Promise<void>;
  close(): Promise<void>;
}

export async function openBackend(stack: TestStack, kind: 'memory' | 'kafka'): Promise<Backend> {
  const sealing = memorySealing();
  const database = createDatabase({ url: await stack.freshDatabase() });
  await migrate(database, { messages: 'postgres' });
  const log = kind === 'kafka' ? await kafkaLog(stack) : createMemoryLog({ topic: 'events', partitions: PARTITIONS });
  const signals = createMemoryLog({ topic: 'signals', partitions: 2, fenced: false });
  const appender = await log.openAppender();
  const store = createPostgresMessageStore({ database, generation: () => 1 });
  const appended = new Map<string, ChatEvent[]>();

  return {
    log,
    signals,
    database,
    sealing,
    messageStore: () => store,
    async tell(story) {
      const stream = recordKey(story.place) + story.place.id;
      const before = appended.get(stream) ?? [];
      const fresh = (await story.events(sealing)).slice(before.length);
      appended.set(stream, [...before, ...fresh]);
      const partition = partitionOfKey(recordKey(story.place), PARTITIONS);
      await Promise.all(fresh.map((event) => appender.append(partition, [encodeEvent(event)])));
      return fresh;
    },
    async project() {
      for (const events of appended.values()) {
        await writeRows({ database, generation: 1, messages: store }, foldRows(events));
      }
      for (let partition = 0; partition < PARTITIONS; partition++) {
        await database.query(SET_CHECKPOINT, [partition, await log.head(partition)]);
      }
    },
    async close() {
      await appender.close();
      await log.close();
      await database.end();
    },
  };
}

const SET_CHECKPOINT = `insert into read_1.checkpoints (partition, next_offset, max_epoch) values ($1, $2, 1)
  on conflict (partition) do update set next_offset = excluded.next_offset`;

async function kafkaLog(stack: TestStack): Promise<EventLog> {
  const options = {
    brokers: stack.kafkaBrokers,
    clientId: 'realtime-test',
    topic: `${stack.topicPrefix()}events`,
    partitions: PARTITIONS,
  };
  await ensureTopic(options);
  return createKafkaLog(options);
}
