import type { TenantId } from '@threadlog/events';

/** Bounds what is done at a time, so that one tenant alone never has all of it. */
export interface Slots {
  /** Takes a place, which must be given back; null where the tenant's are taken, or all. */
  take(tenantId: TenantId): (() => void) | null;
}

export interface SlotBounds {
  all: number;
  ofTenant: number;
}

export function createSlots({ all, ofTenant }: SlotBounds): Slots {
  let taken = 0;
  const byTenant = new Map<TenantId, number>();
  return {
    take(tenantId) {
      const own = byTenant.get(tenantId) ?? 0;
      if (taken >= all || own >= ofTenant) return null;
      taken += 1;
      byTenant.set(tenantId, own + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        taken -= 1;
        const left = byTenant.get(tenantId)! - 1;
        if (left > 0) byTenant.set(tenantId, left);
        else byTenant.delete(tenantId);
      };
    },
  };
}
