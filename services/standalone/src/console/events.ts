import { problem } from '@threadlog/events';
import type { InspectedLog } from '@threadlog/projector';
import { EVENTS_TOPIC, type Runtime } from '@threadlog/runtime';

/** How long Kafka may take to be reached; milliseconds. */
const PATIENCE_MS = 5_000;

/** Opens the events topic as it stands on disk, once, when an operator first looks at it. */
export function createEventsOpener({
  log,
  openTopic,
}: Pick<Runtime, 'log' | 'openTopic'>): () => Promise<InspectedLog> {
  let opening: Promise<InspectedLog> | undefined;
  const open = (): Promise<InspectedLog> => {
    opening ??= openTopic({ name: EVENTS_TOPIC, partitions: log.partitions, retentionMs: -1 }).catch(
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  };
  return async () => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(problem('unavailable', 'Kafka does not answer.')), PATIENCE_MS);
    try {
      return await Promise.race([open(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
