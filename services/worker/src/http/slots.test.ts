import type { TenantId } from '@threadlog/events';
import { createSlots } from './slots';

const [ACME, GLOBEX] = ['acme', 'globex'] as TenantId[] as [TenantId, TenantId];

describe('places at a time', () => {
  it('are left for others, however many a tenant asks for', () => {
    const slots = createSlots({ all: 4, ofTenant: 2 });
    const taken = Array.from({ length: 5 }, () => slots.take(ACME));
    expect(taken.map((place) => place !== null)).toEqual([true, true, false, false, false]);
    expect(slots.take(GLOBEX)).not.toBeNull();
  });

  it('are bounded for all together', () => {
    const slots = createSlots({ all: 3, ofTenant: 2 });
    const taken = [ACME, ACME, GLOBEX, GLOBEX].map((tenantId) => slots.take(tenantId));
    expect(taken.map((place) => place !== null)).toEqual([true, true, true, false]);
  });

  it('can be had again once they were given back, each once', () => {
    const slots = createSlots({ all: 2, ofTenant: 1 });
    const giveBack = slots.take(ACME)!;
    giveBack();
    giveBack();
    expect([ACME, ACME, GLOBEX, GLOBEX].map((tenantId) => slots.take(tenantId) !== null)).toEqual([
      ...[true, false],
      ...[true, false],
    ]);
  });
});
