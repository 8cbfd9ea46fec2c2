import type { Metrics } from '@threadlog/service';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What publishes the log to somebody outside: to topics of tenants, or to endpoints. */
export type Publisher = 'feed' | 'webhooks';

/** Hears how a publisher gets on; every call is cheap and never throws. */
export interface Outbox {
  /** `due`: what could go out now. `retrying`: what waits for another attempt, or behind something that does. */
  pending(now: { due: number; retrying: number }): void;
  processed(count: number): void;
  failed(): void;
  deadLettered(): void;
  /** This process publishes no more: somebody else counts what waits. */
  left(): void;
}

/**
 * The figures that every publisher has, under the names that dashboards of outboxes know. Our outbox is the log: the feed
 * counts records of it, those of other tenants included, since it has to go through them; webhooks count deliveries.
 */
export function createOutbox({ registry }: Pick<Metrics, 'registry'>, publisher: Publisher): Outbox {
  const { pending, processed, errors, dead } = metersOf(registry);
  // A rate sees the first of anything only where it was zero before.
  for (const counter of [processed, errors, ...(publisher === 'webhooks' ? [dead] : [])]) counter.inc({ publisher }, 0);
  return {
    pending({ due, retrying }) {
      pending.set({ publisher, state: 'due' }, due);
      pending.set({ publisher, state: 'retrying' }, retrying);
    },
    processed: (count) => processed.inc({ publisher }, count),
    failed: () => errors.inc({ publisher }),
    deadLettered: () => dead.inc({ publisher }),
    left() {
      for (const state of ['due', 'retrying']) pending.remove({ publisher, state });
    },
  };
}

interface Meters {
  pending: Gauge;
  processed: Counter;
  errors: Counter;
  dead: Counter;
}
/** Publishers of one process share them: a registry knows each name once. */
const known = new WeakMap<Registry, Meters>();

function metersOf(registry: Registry): Meters {
  const found = known.get(registry) ?? register(registry);
  known.set(registry, found);
  return found;
}

function register(registry: Registry): Meters {
  const registers = [registry];
  return {
    pending: new Gauge({
      name: 'outbox_pending_count',
      help: 'What a publisher has still to publish: for the feed records of the log that it has to go through, for webhooks deliveries; due now, or retrying: waiting for another attempt or behind one.',
      labelNames: ['publisher', 'state'],
      registers,
    }),
    processed: new Counter({
      name: 'outbox_processed_total',
      help: 'What a publisher has dealt with: for the feed records of the log, published or not wanted by any feed; for webhooks deliveries that were taken.',
      labelNames: ['publisher'],
      registers,
    }),
    errors: new Counter({
      name: 'outbox_publish_errors_total',
      help: 'Attempts at publishing that failed: batches of the feed, deliveries to webhooks.',
      labelNames: ['publisher'],
      registers,
    }),
    dead: new Counter({
      name: 'outbox_dlq_total',
      help: 'Deliveries to webhooks that were given up. The feed gives nothing up: it tries again for ever.',
      labelNames: ['publisher'],
      registers,
    }),
  };
}
