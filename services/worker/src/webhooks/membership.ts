import type { TenantId } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import { isDeepStrictEqual } from 'node:util';
import { OPERATORS_KEY, type EndpointSource, type WebhookEndpoint } from './endpoints/endpoint';
import type { Outlet } from './outletPorts';
import { placeAt } from './places';
import { createReceiver, type Receiver } from './receiver';
import type { Registry } from './registry';
import type { Positions } from './store/positions';
import type { KnownReceiver, ReceiverStore } from './store/receivers';
import type { Saver } from './store/saver';
import type { Watermark } from './watermark';

export interface MembershipDeps {
  source: EndpointSource;
  registry: Registry;
  receivers: ReceiverStore;
  saver: Pick<Saver, 'forget'>;
  log: Pick<EventLog, 'read' | 'tail'>;
  live: Watermark;
  known: Map<string, KnownReceiver>;
  /** Where outlets read for themselves, as it was stored. */
  reading: ReadonlyMap<string, Positions>;
  /** Names of outlets of which something is stored. */
  stored: readonly string[];
  /** Lets an outlet read for itself from there on. */
  readFrom(outlet: Outlet, positions: Positions): void;
  /** Resolves when the read side has all that is in the log now. */
  projected(): Promise<unknown>;
  now(): Date;
}

/** Who is told: endpoints as they are registered, changed, switched off and deleted. */
export interface Membership {
  /** Looks at all of them. What is new begins with its registration, what is gone ends with all that waits for it. */
  sync(): Promise<void>;
}

export function createMembership(deps: MembershipDeps): Membership {
  const { source, registry, receivers, saver, known } = deps;

  function place(receiver: Receiver, positions?: Positions): void {
    registry.add(receiver);
    for (const tenantId of tenantsOf(receiver.endpoint, deps.stored)) {
      const outlet = registry.outlet(receiver, tenantId);
      const from = positions ?? deps.reading.get(outlet.key);
      if (from) deps.readFrom(outlet, from);
    }
  }

  /** One that was told before goes on where it was. */
  async function admit(endpoint: WebhookEndpoint): Promise<void> {
    const { key, tenantId } = endpoint;
    const before = known.get(key);
    const since = endpoint.since ?? before?.since ?? deps.now();
    const told = { ...endpoint, since };
    if (before?.since.getTime() === since.getTime()) return place(createReceiver(told, before.failingSince));
    const positions = tenantId === null ? null : await placesAt(since);
    await receivers.begin(key, since, positions && { reader: key, positions });
    known.set(key, { since, failingSince: null });
    place(createReceiver(told, null), positions ?? undefined);
  }

  async function placesAt(since: Date): Promise<Positions> {
    const places = deps.live.partitions().map(async (partition) => {
      const end = deps.live.handedOut(partition).offset;
      return [partition, await placeAt(deps.log, { partition, end }, since)] as const;
    });
    return new Map(await Promise.all(places));
  }

  function update(receiver: Receiver, endpoint: WebhookEndpoint): void {
    const next = { ...endpoint, since: endpoint.since ?? receiver.endpoint.since };
    if (isDeepStrictEqual(receiver.endpoint, next)) return;
    receiver.endpoint = next;
    registry.changed();
  }

  function remove(receiver: Receiver): void {
    const { key } = receiver.endpoint;
    const outlets = registry.remove(key);
    receiver.end();
    for (const outlet of outlets) {
      outlet.stop('removed');
      saver.forget(outlet.key);
    }
    known.delete(key);
  }

  return {
    async sync() {
      const listed = await enabled(source);
      const removed = await gone(deps, listed);
      removed.forEach(remove);
      if (removed.length > 0) await receivers.forget(removed.map(({ endpoint: { key } }) => key));
      for (const endpoint of listed.values()) {
        const receiver = registry.receiver(endpoint.key);
        if (receiver) update(receiver, endpoint);
        else await admit(endpoint);
      }
    },
  };
}

/** Of which tenants something waits for an endpoint at the start. */
function tenantsOf({ tenantId }: WebhookEndpoint, stored: readonly string[]): TenantId[] {
  if (tenantId !== null) return [tenantId];
  const prefix = `${OPERATORS_KEY}/`;
  return stored.flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length) as TenantId] : []));
}

async function enabled(source: EndpointSource): Promise<Map<string, WebhookEndpoint>> {
  const all = await source.list();
  return new Map(all.filter((each) => each.enabled).map((each) => [each.key, each]));
}

/** Of receivers those that are to be told no more. While the read side is rebuilt it looks as if nobody was registered. */
async function gone(
  { registry, source, projected }: MembershipDeps,
  listed: ReadonlyMap<string, WebhookEndpoint>,
): Promise<Receiver[]> {
  const isGone = ({ endpoint: { key, since } }: Receiver, of: ReadonlyMap<string, WebhookEndpoint>): boolean => {
    const now = of.get(key);
    return !now || (now.since !== null && now.since.getTime() !== since?.getTime());
  };
  const missing = registry.receivers().filter((receiver) => isGone(receiver, listed));
  if (missing.length === 0) return [];
  await projected();
  const again = await enabled(source);
  return missing.filter((receiver) => isGone(receiver, again));
}
