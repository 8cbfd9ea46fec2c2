import type { LogLoss } from '@threadlog/read-models';
import type { HeldLease, Instance, Lease, LeaseStore } from '../ownership/ports';
import type { World } from './world';

export interface LeaseRow {
  epoch: number;
  known: number;
  owner: Instance | null;
  expiresAt: number;
}

interface LeaseTables {
  rows: Map<number, LeaseRow>;
  losses: ReadonlyMap<number, LogLoss>;
}

/** The lease table of the simulation. */
export function createLeaseRows(world: World, partitions: number, { rows, losses }: LeaseTables): LeaseStore {
  const live = new Map<string, { instance: Instance; expiresAt: number }>();
  const dbNow = (): number => world.now();
  const holds = (ownerId: string, { partition, epoch }: Lease): LeaseRow | null => {
    const row = rows.get(partition);
    return row?.owner?.ownerId === ownerId && row.epoch === epoch ? row : null;
  };
  const keep = (lease: HeldLease): LeaseRow => keepKnown(rows.get(lease.partition)!, lease.known);
  const raised = (row: LeaseRow, above = 0): number => Math.max(row.epoch + 1, above + 1, Math.floor(dbNow()));

  return {
    prepare() {
      for (let partition = 0; partition < partitions; partition += 1) {
        if (!rows.has(partition)) rows.set(partition, { epoch: 0, known: 0, owner: null, expiresAt: 0 });
      }
      return Promise.resolve();
    },
    heartbeat(instance, ttlMs) {
      live.set(instance.ownerId, { instance, expiresAt: dbNow() + ttlMs });
      return Promise.resolve([...live.values()].filter((one) => one.expiresAt > dbNow()).map((one) => one.instance));
    },
    acquire(instance, count, except, ttlMs) {
      const taken: Lease[] = [];
      for (const [partition, row] of rows) {
        const free = !row.owner || row.expiresAt <= dbNow() || row.owner.ownerId === instance.ownerId;
        if (!free || losses.has(partition) || except.includes(partition) || taken.length >= count) continue;
        row.epoch = raised(row);
        row.owner = instance;
        row.expiresAt = dbNow() + ttlMs;
        taken.push({ partition, epoch: row.epoch });
      }
      return Promise.resolve(taken);
    },
    renew(ownerId, asked, ttlMs) {
      const kept = asked.filter((lease) => holds(ownerId, lease) && !losses.has(lease.partition));
      for (const lease of kept) keep(lease).expiresAt = dbNow() + ttlMs;
      return Promise.resolve(kept);
    },
    raise(ownerId, lease, above, ttlMs) {
      const row = holds(ownerId, lease);
      if (!row) return Promise.resolve(null);
      row.epoch = raised(row, above);
      row.expiresAt = dbNow() + ttlMs;
      return Promise.resolve({ partition: lease.partition, epoch: row.epoch });
    },
    release(ownerId, asked) {
      for (const lease of asked) {
        if (holds(ownerId, lease)) keep(lease).owner = null;
      }
      return Promise.resolve();
    },
    leave: (ownerId) => Promise.resolve(void live.delete(ownerId)),
    ownerOf(partition) {
      const row = rows.get(partition);
      if (!row?.owner || row.expiresAt <= dbNow()) return Promise.resolve(null);
      return Promise.resolve({ ...row.owner, epoch: row.epoch });
    },
  };
}

function keepKnown(row: LeaseRow, known: number): LeaseRow {
  row.known = Math.max(row.known, known);
  return row;
}
