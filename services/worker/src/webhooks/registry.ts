import type { TenantId } from '@threadlog/events';
import { OPERATORS_KEY, outletKey } from './endpoints/endpoint';
import type { Outlet } from './outletPorts';
import type { Receiver } from './receiver';

/** Who is told, and what of each tenant. */
export interface Registry {
  /** Changes with whoever is told of something, and what. */
  readonly version: number;
  changed(): void;
  receiver(key: string): Receiver | undefined;
  receivers(): Receiver[];
  add(receiver: Receiver): void;
  /** Its outlets, which end with it. */
  remove(key: string): Outlet[];
  /** Those that are told of a tenant. */
  toldOf(tenantId: TenantId): readonly Receiver[];
  outlet(receiver: Receiver, tenantId: TenantId): Outlet;
  outlets(): Iterable<Outlet>;
  /** Forgets an outlet of which nothing is under way; it is made again when there is something. */
  retire(outlet: Outlet): void;
  /** So much waits of it, or of its tenant, that nothing more is noted for it: it has to read for itself. */
  isCrowded(outlet: Outlet): boolean;
  /** Little enough waits that it may read on. */
  mayReadOn(outlet: Outlet): boolean;
}

/** Deliveries that wait, beyond which an endpoint reads the log for itself, when it has room. */
export interface LateLimits {
  /** For an endpoint; the operator's has so many for each tenant. */
  ofEndpoint: number;
  /** For all endpoints of a tenant together. */
  ofTenant: number;
}

const MAX_LATE_OF_ENDPOINT = 10_000;
const MAX_LATE_OF_TENANT = 20_000;
const LIMITS: LateLimits = { ofEndpoint: MAX_LATE_OF_ENDPOINT, ofTenant: MAX_LATE_OF_TENANT };

const NOBODY: readonly Receiver[] = [];

export function createRegistry(
  makeOutlet: (receiver: Receiver, tenantId: TenantId, key: string) => Outlet,
  limits: LateLimits = LIMITS,
): Registry {
  const receivers = new Map<string, Receiver>();
  /** By tenant; null until somebody asks, so that many changes at once are worked out once. */
  let told: ReadonlyMap<TenantId, readonly Receiver[]> | null = null;
  const outlets = new Map<string, Outlet>();
  let operators: readonly Receiver[] = NOBODY;
  let version = 0;

  function changed(): void {
    version += 1;
    told = null;
  }
  const byTenant = () => (told ??= groupByTenant(receivers.values(), operators));
  const waitingOfTenant = ({ tenantId, endpoint }: Outlet): number =>
    endpoint.tenantId === null
      ? 0
      : (byTenant().get(tenantId) ?? []).reduce(
          (sum, { endpoint: { key } }) => sum + (outlets.get(key)?.waiting ?? 0),
          0,
        );
  const isTenantFull = (outlet: Outlet): boolean => outlet.waiting > 0 && waitingOfTenant(outlet) >= limits.ofTenant;

  return {
    get version() {
      return version;
    },
    changed,
    receiver: (key) => receivers.get(key),
    receivers: () => [...receivers.values()],
    add(receiver) {
      receivers.set(receiver.endpoint.key, receiver);
      if (receiver.endpoint.key === OPERATORS_KEY) operators = [receiver];
      changed();
    },
    remove(key) {
      receivers.delete(key);
      if (key === OPERATORS_KEY) operators = NOBODY;
      changed();
      const ended = [...outlets.values()].filter(({ endpoint }) => endpoint.key === key);
      for (const { key: name } of ended) outlets.delete(name);
      return ended;
    },
    toldOf: (tenantId) => byTenant().get(tenantId) ?? operators,
    outlet(receiver, tenantId) {
      const key = outletKey(receiver.endpoint, tenantId);
      const known = outlets.get(key);
      if (known) return known;
      const made = makeOutlet(receiver, tenantId, key);
      outlets.set(key, made);
      return made;
    },
    outlets: () => outlets.values(),
    retire: ({ key }) => void outlets.delete(key),
    isCrowded: (outlet) => outlet.waiting >= limits.ofEndpoint || isTenantFull(outlet),
    mayReadOn: (outlet) => outlet.waiting < limits.ofEndpoint / 2 && !isTenantFull(outlet),
  };
}

/** Each tenant's own, behind those that are told of every tenant. */
function groupByTenant(
  receivers: Iterable<Receiver>,
  ofAll: readonly Receiver[],
): ReadonlyMap<TenantId, readonly Receiver[]> {
  const groups = new Map<TenantId, Receiver[]>();
  for (const receiver of receivers) {
    const { tenantId } = receiver.endpoint;
    if (tenantId === null) continue;
    const group = groups.get(tenantId);
    if (group) group.push(receiver);
    else groups.set(tenantId, [...ofAll, receiver]);
  }
  return groups;
}
