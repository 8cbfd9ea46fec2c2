import type { Logger } from '@threadlog/service';
import type { WebhookEndpoint } from './endpoints/endpoint';
import type { WebhookObserver } from './observe';
import type { Receiver } from './receiver';
import type { Registry } from './registry';
import type { KnownReceiver, ReceiverStore } from './store/receivers';

export type SwitchOffReason = 'gone' | 'asked' | 'failing';

/**
 * Switches a tenant's endpoint off, as it was when it was told. `changed`: it is another one by now, and may be mended.
 * Rejects where it cannot be done now.
 */
export type Disable = (endpoint: WebhookEndpoint, reason: SwitchOffReason) => Promise<'done' | 'changed'>;

export interface SwitchOffDeps {
  registry: Pick<Registry, 'receivers'>;
  receivers: Pick<ReceiverStore, 'failing'>;
  known: ReadonlyMap<string, KnownReceiver>;
  disable: Disable;
  observer: Pick<WebhookObserver, 'switchedOff'>;
  logger: Logger;
  now(): Date;
}

/** An endpoint that has taken nothing for so long is switched off. */
const FAILING_DAYS = 5;
const DAY_MS = 86_400_000;

/** Looks at how endpoints fare, and switches those off that want no more or take nothing. Each is asked for until it is done. */
export function createSwitchOff(deps: SwitchOffDeps): () => Promise<void> {
  const { registry, receivers, known, disable, observer, logger, now } = deps;
  const done = new WeakSet<Receiver>();

  async function look(receiver: Receiver): Promise<void> {
    const { endpoint } = receiver;
    await remember(receiver);
    const reason = reasonFor(receiver, now());
    if (reason === null || endpoint.tenantId === null || done.has(receiver)) return;
    const result = await disable(endpoint, reason);
    if (result === 'changed') return receiver.resume();
    done.add(receiver);
    observer.switchedOff(reason);
    logger.info({ tenant_id: endpoint.tenantId, webhook_id: endpoint.id, reason }, 'a webhook was switched off');
  }

  /** Since when it fails outlives a restart. */
  async function remember(receiver: Receiver): Promise<void> {
    const stored = known.get(receiver.endpoint.key);
    const since = receiver.failingSince();
    if (!stored || stored.failingSince?.getTime() === since?.getTime()) return;
    await receivers.failing(receiver.endpoint.key, since);
    stored.failingSince = since;
  }

  return async () => {
    for (const receiver of registry.receivers())
      await look(receiver).catch((err: unknown) => {
        const { tenantId, id } = receiver.endpoint;
        logger.warn({ err, tenant_id: tenantId, webhook_id: id }, 'a webhook cannot be switched off, trying again');
      });
  };
}

function reasonFor(receiver: Receiver, now: Date): SwitchOffReason | null {
  const since = receiver.failingSince();
  if (receiver.ended()) return receiver.ended();
  return since !== null && now.getTime() - since.getTime() >= FAILING_DAYS * DAY_MS ? 'failing' : null;
}
