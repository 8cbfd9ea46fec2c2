import type { LogConsumer } from '../consumer/consumer';
import type { LogConsumerDeps } from '../consumer/deps';
import type { MakeConsumer } from './sharedConsumer';

/** A consumer of a follower's own, which is there only while it is needed. */
export interface OwnConsumer extends Pick<LogConsumer, 'fetchFrom' | 'pause' | 'resume' | 'stop'> {
  /** Of the consumer that is there; undefined without one. */
  readonly started: Promise<void> | undefined;
  /** It is not needed now: it ends after a while, unless it is by then. */
  rest(): void;
}

/** @param idleMs How long a consumer that rests is kept. */
export function createOwnConsumer(deps: LogConsumerDeps, idleMs: number, makeConsumer: MakeConsumer): OwnConsumer {
  const ending = new Set<Promise<void>>();
  let consumer: LogConsumer | null = null;
  let idle: NodeJS.Timeout | undefined;

  function wake(): void {
    clearTimeout(idle);
    idle = undefined;
  }

  function end(): void {
    wake();
    const ended = consumer?.stop();
    consumer = null;
    if (!ended) return;
    const gone = ended.finally(() => ending.delete(gone));
    ending.add(gone);
  }

  return {
    fetchFrom(partition, offset) {
      wake();
      consumer ??= makeConsumer(deps);
      consumer.fetchFrom(partition, offset);
    },
    pause: (partition) => consumer?.pause(partition),
    resume: (partition) => consumer?.resume(partition),
    get started() {
      return consumer?.started;
    },
    rest() {
      if (consumer) idle ??= setTimeout(end, idleMs);
    },
    async stop() {
      end();
      await Promise.all(ending);
    },
  };
}
