import { setTimeout as delay } from 'node:timers/promises';
import type { Outbox, Sender } from '../../appender';
import type { LogLine } from '../../observer';
import { createBatches } from './batches';
import type { Leaders, ProduceBrokers, ProducerIdentity } from './brokers';
import type { Compression } from './compression';
import { createLane, type Lane } from './lane';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;
const PAUSE_GROWTH = 1.5;

export interface ProducerOptions {
  brokers: ProduceBrokers;
  identity: ProducerIdentity;
  leaders: Leaders;
  /** Nothing is compressed where it is left out. */
  compression?: Compression | undefined;
  log: LogLine;
}

/**
 * An idempotent producer. Each broker has one request in flight that carries what all partitions have that it leads, and
 * brokers do not wait for each other. What a broker refuses for now, or what was under way when its connection ended, is
 * sent again unchanged, for ever, to whoever leads the partition then.
 *
 * Why nothing is lost or doubled: a partition has one batch under way at most, and the next is numbered when the broker
 * has answered for it (`batches.ts`). Whatever copies of it are still on old connections, the broker has either seen its
 * number before or takes it in the place that it was made for.
 */
export function createProducer(
  { brokers, identity, leaders, compression, log }: ProducerOptions,
  outbox: Outbox,
): Sender {
  const batches = createBatches(outbox, identity, compression);
  const lanes = new Map<number, Lane>();
  const leadership = createLeadership({ brokers, leaders, log, isWaiting: batches.isWaiting, onChange: proceed });

  function laneOf(leader: number): Lane {
    const lane =
      lanes.get(leader) ??
      createLane({
        led: () => leadership.led(leader),
        connect: () => brokers.connect(leader),
        batches,
        outbox,
        onKept: leadership.doubt,
        onAcked: leadership.trust,
      });
    lanes.set(leader, lane);
    return lane;
  }

  function wake(partition: number): void {
    const leader = leadership.of(partition);
    if (leader >= 0) laneOf(leader).wake();
    else leadership.doubt(new Error(`nobody leads partition ${partition}`));
  }

  function proceed(): void {
    batches.release();
    for (let partition = 0; partition < leaders.length; partition += 1)
      if (batches.isWaiting(partition)) wake(partition);
  }

  return {
    wake,
    discard() {
      leadership.stop();
      for (const lane of lanes.values()) lane.stop();
      return Promise.resolve();
    },
  };
}

interface LeadershipDeps extends Pick<ProducerOptions, 'brokers' | 'leaders' | 'log'> {
  isWaiting(partition: number): boolean;
  /** It was asked again, successfully or not. */
  onChange(): void;
}

/** What we know of who leads which partition. */
interface Leadership {
  of(partition: number): number;
  led(leader: number): readonly number[];
  /** Something failed: asks again after a pause, which grows until something is acked. */
  doubt(cause: Error): void;
  trust(): void;
  stop(): void;
}

function createLeadership({ brokers, leaders: first, log, onChange }: LeadershipDeps): Leadership {
  let leaders = first;
  let led = groupByLeader(first);
  let pauseMs = FIRST_PAUSE_MS;
  let asking = false;
  let stopped = false;

  async function ask(): Promise<void> {
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS);
    if (stopped) return;
    try {
      leaders = await brokers.findLeaders();
      led = groupByLeader(leaders);
    } catch (error) {
      // Nobody answers, or nobody knows: those that led are tried again.
      log('info', 'the leaders of the partitions could not be asked for', { error });
    }
  }

  return {
    of: (partition) => leaders[partition]!,
    led: (leader) => led.get(leader) ?? [],
    doubt(cause) {
      if (asking || stopped) return;
      asking = true;
      log('warn', 'a produce request is sent again', { error: cause });
      void ask().then(() => {
        asking = false;
        if (!stopped) onChange();
      });
    },
    trust: () => void (pauseMs = FIRST_PAUSE_MS),
    stop: () => void (stopped = true),
  };
}

function groupByLeader(leaders: Leaders): ReadonlyMap<number, readonly number[]> {
  const led = new Map<number, number[]>();
  leaders.forEach((leader, partition) => led.set(leader, [...(led.get(leader) ?? []), partition]));
  return led;
}
