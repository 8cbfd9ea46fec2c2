import type { LogBatch, LogRecord, ReadPosition, Subscription } from '@threadlog/log';
import type { Cluster } from './cluster';
import { createRandom } from './world';

/**
 * One that follows the log as a role does that shares a process with owners: it is handed what they are acked, fetches the
 * rest, is slow, fails, and goes back, at any moment.
 */
export interface Follower {
  /** Whether it has everything that is in the log. */
  hasAll(): Promise<boolean>;
  /** What it was given in the end differs from what a read gives: in words. */
  verify(): Promise<string[]>;
}

interface Followed {
  record: LogRecord;
  /** Where its batch began. */
  from: ReadPosition;
}

const START: ReadPosition = { offset: 0, maxEpoch: 0 };

export function runFollower({ world, log }: Cluster, seed: number): Follower {
  const random = createRandom(seed + 2_000_000);
  const partitions = [...Array(log.partitions).keys()];
  const given = partitions.map((): Followed[] => []);
  const positions = partitions.map(() => START);
  const following: { subscription?: Subscription } = {};

  async function take(batch: LogBatch): Promise<ReadPosition | undefined> {
    const { partition, records, next } = batch;
    const taken = given[partition]!;
    const from = positions[partition]!;
    if (random.chance(0.2))
      await new Promise<void>((resolve) => world.after(random.next() * 200, null, () => resolve()));
    if (random.chance(0.05)) throw new Error('not now');
    taken.push(...records.map((record) => ({ record, from })));
    positions[partition] = next;
    if (taken.length === 0 || !random.chance(0.05)) return undefined;
    const back = random.pick(taken).from;
    given[partition] = taken.filter(({ record }) => record.offset < back.offset);
    positions[partition] = back;
    return back;
  }

  void log
    .follow({ name: 'simulated', start: new Map(partitions.map((partition) => [partition, START])), onBatch: take })
    .then((subscription) => (following.subscription = subscription));

  async function differences(partition: number): Promise<string[]> {
    const head = await log.head(partition);
    const read: LogRecord[] = [];
    if (head > 0) for await (const { records } of log.read(partition, START, head)) read.push(...records);
    const told = (record: LogRecord | undefined): string =>
      `${record?.offset} ${record?.headers.epoch} ${record?.value}`;
    const followed = given[partition]!;
    const at = [...Array(Math.max(read.length, followed.length)).keys()].find(
      (index) => told(read[index]) !== told(followed[index]?.record),
    );
    if (at === undefined) return [];
    return [`partition ${partition}: followed ${told(followed[at]?.record)} in place of ${told(read[at])}`];
  }

  return {
    async hasAll() {
      const heads = await Promise.all(partitions.map((partition) => log.head(partition)));
      return heads.every((head, partition) => (following.subscription?.position(partition).offset ?? 0) >= head);
    },
    async verify() {
      return (await Promise.all(partitions.map(differences))).flat();
    },
  };
}
