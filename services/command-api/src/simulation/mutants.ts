import type { OutgoingRecord } from '@threadlog/events';
import type { Appender, EventLog } from '@threadlog/log';
import type { OwnedPartition, OwnedPartitionOptions } from '../ownership/ownedPartition';
import type { Parts } from './cluster';
import type { HandingOnFault } from './handingOn';
import type { Mutation } from './node';

const isMarker = (records: readonly OutgoingRecord[]): boolean => records[0]?.key.startsWith('$control/') ?? false;

function withAppender(parts: Parts, wrap: (appender: Appender, log: EventLog) => Appender): Parts {
  const { log } = parts;
  return { ...parts, log: { ...log, openAppender: async () => wrap(await log.openAppender(), log) } };
}

function withOwned(
  parts: Parts,
  make: (options: OwnedPartitionOptions, sound: typeof parts.steps.createOwnedPartition) => OwnedPartition,
): Parts {
  const { steps } = parts;
  return {
    ...parts,
    steps: { ...steps, createOwnedPartition: (options) => make(options, steps.createOwnedPartition) },
  };
}

/** The second line of defence, taken away: without it, it would hide that the first one is missing. */
export function unmeasured(parts: Parts): Parts {
  const { steps, lengths } = parts;
  const acked = { of: () => -Infinity, saw: () => undefined };
  const nothing = { offset: -Infinity, by: 'nobody' };
  const known = () => Promise.resolve(new Map([...Array(parts.log.partitions).keys()].map((each) => [each, nothing])));
  return {
    ...parts,
    lengths: { known, note: (loss) => lengths.note(loss) },
    steps: {
      async takeOver(deps, lease) {
        const outcome = await steps.takeOver({ ...deps, acked }, lease);
        return outcome.kind === 'ready' ? { ...outcome, maxEpoch: lease.epoch } : outcome;
      },
      createOwnedPartition: (options) => steps.createOwnedPartition({ ...options, followsOn: () => true }),
    },
  };
}

/** Acks whatever the broker acked, if this says so, whether or not the partition was dropped meanwhile. */
function acking(
  owned: OwnedPartition,
  { appender, lease }: OwnedPartitionOptions,
  isHeld: () => boolean,
): OwnedPartition {
  return {
    ...owned,
    isHeld,
    append(events, records, pending) {
      const entries = events.map((event) => owned.overlay.add(event, null));
      appender.append(lease.partition, records).then(
        ({ baseOffset }) => {
          entries.forEach((entry, index) => (entry.offset = baseOffset + index));
          pending.acked(baseOffset + records.length - 1);
        },
        () => {
          pending.unknown();
          owned.drop('append failed');
        },
      );
    },
  };
}

/** What a follower is handed of an owner's acks, with one sentence left out each. */
export const HANDING_ON_MUTANTS: Record<string, HandingOnFault> = {
  'a batch behind a gap is handed on': { rule: (cursor, baseOffset) => (baseOffset >= cursor ? 'taken' : 'late') },

  'a batch whose lease was lost passes the fence': {
    change: (acked, epoch) => ({
      ...acked,
      records: acked.records.map((record) => ({ ...record, headers: { ...record.headers, epoch: String(epoch) } })),
    }),
  },

  'a batch of a discarded producer is handed on': { givenUp: true },
};

/** The protocol with one sentence left out each. A test that does not notice would prove nothing. */
export const MUTANTS: Record<string, Mutation> = {
  'no marker': (parts) =>
    withAppender(unmeasured(parts), (appender, log) => ({
      ...appender,
      append: async (partition, records) =>
        isMarker(records) ? { baseOffset: (await log.head(partition)) - 1 } : appender.append(partition, records),
    })),

  'parked streams decided on': (parts) => {
    const { readModel } = parts;
    const checkpoints = async () => {
      const found = await readModel.checkpoints();
      return new Map([...found].map(([partition, one]) => [partition, { ...one, parkings: 'never' }]));
    };
    const loadStream: typeof readModel.loadStream = async (...of) => ({
      ...(await readModel.loadStream(...of)),
      parked: false,
    });
    return { ...parts, readModel: { ...readModel, checkpoints, loadStream } };
  },

  'no lease check before the ack': (parts) =>
    withOwned(parts, (options, sound) => acking(sound(options), options, () => true)),

  'a check that does not name the epoch': (parts) => {
    const held = new Map<number, number>();
    return {
      ...parts,
      steps: {
        takeOver(deps, lease) {
          held.set(lease.partition, lease.epoch);
          return parts.steps.takeOver(deps, lease);
        },
        createOwnedPartition(options) {
          const { partition, epoch } = options.lease;
          const owned = parts.steps.createOwnedPartition(options);
          owned.onDrop(() => held.get(partition) === epoch && held.delete(partition));
          return acking(owned, options, () => held.has(partition));
        },
      },
    };
  },

  'overlay loaded before the marker': (parts) => ({
    ...unmeasured(parts),
    steps: {
      ...unmeasured(parts).steps,
      async takeOver(deps, lease) {
        const head = await deps.log.head(lease.partition);
        let marker: readonly OutgoingRecord[] = [];
        const append = (_partition: number, records: readonly OutgoingRecord[]) => {
          marker = records;
          return Promise.resolve({ baseOffset: head - 1 });
        };
        const outcome = await unmeasured(parts).steps.takeOver(
          { ...deps, appender: { ...deps.appender, append } },
          lease,
        );
        await deps.appender.append(lease.partition, marker);
        return outcome;
      },
    },
  }),

  'overlay pruned too early': (parts) =>
    withOwned(parts, (options, sound) => {
      const { overlay } = options;
      let pruned = overlay.prunedTo();
      const prune = (nextOffset: number): void => {
        pruned = nextOffset;
        overlay.prune(nextOffset + 4);
      };
      return sound({ ...options, overlay: { ...overlay, prune, prunedTo: () => pruned } });
    }),

  'row read racing the prune': (parts) =>
    withOwned(parts, (options, sound) => {
      const { overlay } = options;
      return sound({ ...options, overlay: { ...overlay, prunedTo: () => 0 } });
    }),

  'queue continued after a rejected send': (parts) => {
    const { log } = parts;
    const openAppender = async (): Promise<Appender> => {
      let current = await log.openAppender();
      const renew = (): void => {
        void current.failed.then(async () => {
          current = await log.openAppender();
          renew();
        });
      };
      renew();
      return {
        append: (partition, records) =>
          current.append(partition, records).catch(() => new Promise<never>(() => undefined)),
        failed: new Promise(() => undefined),
        get pending() {
          return current.pending;
        },
        abandon: (cause) => current.abandon(cause),
        close: () => current.close(),
      };
    };
    return { ...parts, log: { ...log, openAppender } };
  },

  'key looked up only among recent ones': (parts) => ({
    ...parts,
    readModel: {
      ...parts.readModel,
      checkpoints: () => parts.readModel.checkpoints(),
      loadParts: (...args) => parts.readModel.loadParts(...args),
      findReceipt: (...args) => parts.readModel.findReceipt(...args),
      async loadStream(...args) {
        const snapshot = await parts.readModel.loadStream(...args);
        return { ...snapshot, receipts: snapshot.receipts.slice(0, 1) };
      },
    },
  }),
};
