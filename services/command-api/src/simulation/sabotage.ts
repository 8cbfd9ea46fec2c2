import type { CommandAccepted } from '@threadlog/commands';
import type { OutgoingRecord } from '@threadlog/events';
import { MAX_EPOCH_AHEAD_MS, type LogRecord } from '@threadlog/log';
import type { Told } from './client';
import type { Cluster } from './cluster';
import type { Sabotage } from './scenario';
import { createRandom } from './world';

/** Long enough for every lease to end and every take-over to be tried again. */
const AFTERMATH_MS = 20_000;

/** A broker that comes back without the last records of a partition, some of them acknowledged. */
export function losesTail(cluster: Cluster, seed: number): Sabotage {
  const { world, log, database } = cluster;
  const random = createRandom(seed + 1_000_000);
  const partition = random.int(log.partitions);
  const lost: LogRecord[] = [];
  let over = Infinity;

  async function strike(): Promise<void> {
    const head = await log.head(partition);
    const left = head - 1 - random.int(Math.min(8, head - 2));
    // What was acked since the last renewal, by an owner that dies as well, nobody can know of.
    if (left < 1 || database.knownOf(partition).offset <= left) return world.after(50, null, () => void strike());
    lost.push(...cluster.loseTail(partition, left));
    over = world.now() + AFTERMATH_MS;
  }
  world.after(500 + random.next() * 4_000, null, () => void strike());

  return {
    isOver: () => world.now() > over,
    verify(told) {
      if (lost.length === 0) return [];
      const from = lost[0]!.offset;
      const behind = told.flatMap(({ results }) => results.filter(isAt(partition, from)));
      return [
        ...behind.filter((result) => !wasThere(result, lost)).map(({ position }) => `acked at ${position!.offset}`),
        ...twice(told),
        ...(database.losses.has(partition) ? [] : ['nobody noticed']),
      ];
    },
  };
}

type Result = Told['results'][number];
const isAt =
  (partition: number, from: number) =>
  (result: Result): result is CommandAccepted =>
    result.ok && result.position?.partition === partition && result.position.offset >= from;

const idOf = ({ resource }: CommandAccepted): string => (resource as { id?: string } | null)?.id ?? '';

/** What was acknowledged before the loss is gone; an answer may still have been on its way. */
function wasThere(result: CommandAccepted, lost: readonly LogRecord[]): boolean {
  const record = lost.find(({ offset }) => offset === result.position!.offset);
  return record !== undefined && record.value.includes(idOf(result));
}

/** A number of a thread that two different messages were given. */
function twice(told: readonly Told[]): string[] {
  const given = new Map<string, string>();
  return told.flatMap(({ command, results }) =>
    results.flatMap((result) => {
      if (!result.ok || command.type !== 'message.post') return [];
      const { messageIndex } = result.resource as { messageIndex?: number };
      const number = `${command.input.threadId} ${messageIndex}`;
      const before = given.get(number);
      given.set(number, idOf(result));
      return before !== undefined && before !== idOf(result) ? [`${number} was given out twice`] : [];
    }),
  );
}

/** Somebody else who writes to the topic, with epochs of all sizes. */
export function foreignRecords(cluster: Cluster, seed: number): Sabotage {
  const { world, log } = cluster;
  const random = createRandom(seed + 2_000_000);
  const write = (left: number): void => {
    const now = Math.floor(world.now());
    const ahead = random.pick([1, 5_000, MAX_EPOCH_AHEAD_MS, MAX_EPOCH_AHEAD_MS + 1, 1e12]);
    const headers = { epoch: String(now + (left === 3 ? Number.MAX_SAFE_INTEGER - now : ahead)) };
    const record: OutgoingRecord = { key: 'alien', value: Buffer.from('{}'), headers };
    log.appendForeign(random.int(log.partitions), record, now);
    if (left > 0) world.after(random.next() * 1_500, null, () => write(left - 1));
  };
  world.after(1_000, null, () => write(4));
  return { isOver: () => false };
}
