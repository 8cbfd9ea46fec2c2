import type { TenantId } from '@threadlog/events';
import { userRoom } from '../records';
import type { Connection } from './connection';

/** The sockets of this instance, by user. */
export interface Connections {
  readonly size: number;
  add(connection: Connection): void;
  remove(connection: Connection): void;
  of(tenantId: TenantId, userId: string): Iterable<Connection>;
  /** Whether any socket of the tenant is here. */
  hasTenant(tenantId: TenantId): boolean;
  all(): Iterable<Connection>;
}

export function createConnections(): Connections {
  const all = new Set<Connection>();
  const byUser = new Map<string, Set<Connection>>();
  const byTenant = new Map<TenantId, number>();

  return {
    get size() {
      return all.size;
    },
    add(connection) {
      const { tenantId, id } = connection.actor;
      const key = userRoom(tenantId, id);
      const mine = byUser.get(key) ?? new Set();
      byUser.set(key, mine.add(connection));
      byTenant.set(tenantId, (byTenant.get(tenantId) ?? 0) + 1);
      all.add(connection);
    },
    remove(connection) {
      if (!all.delete(connection)) return;
      const { tenantId, id } = connection.actor;
      const key = userRoom(tenantId, id);
      const mine = byUser.get(key)!;
      mine.delete(connection);
      if (mine.size === 0) byUser.delete(key);
      const left = byTenant.get(tenantId)! - 1;
      if (left === 0) byTenant.delete(tenantId);
      else byTenant.set(tenantId, left);
    },
    of: (tenantId, userId) => byUser.get(userRoom(tenantId, userId)) ?? [],
    hasTenant: (tenantId) => byTenant.has(tenantId),
    all: () => all,
  };
}
