import type { Metrics } from '@threadlog/service';
import { Counter, Gauge } from 'prom-client';
import { createOutbox } from '../outbox';

/** Hears what becomes of deliveries; every call is cheap and never throws. */
export interface WebhookObserver {
  delivered(): void;
  failed(reason: string): void;
  /** It will not be tried again. */
  gaveUp(): void;
  withheld(reason: string): void;
  /** An endpoint of a tenant. */
  switchedOff(reason: string): void;
  /** Attempts that the list of them leaves out: more than it is written with. */
  unlisted(count: number): void;
  /** Replays that run, or wait for their turn. */
  replaying(count: number): void;
  replayed(): void;
  standing(now: Standing): void;
  /** This process delivers no more. */
  left(): void;
}

export interface Standing {
  /** Lanes in which something waits. */
  lateLanes: number;
  /** Outlets that read the log for themselves. */
  behind: number;
  /** Endpoints that are told. */
  endpoints: number;
  /** Deliveries in memory, and in the store. */
  inMemory: number;
  waiting: number;
}

const NOTHING = { lateLanes: 0, behind: 0, endpoints: 0, inMemory: 0, waiting: 0 };

/** Counts deliveries for the operations port. */
export function createWebhookObserver(metrics: Pick<Metrics, 'registry'>): WebhookObserver {
  const { attempts, dead, withheld, off, unlisted, replays, replayed, late, behind, endpoints } = register(metrics);
  const outbox = createOutbox(metrics, 'webhooks');
  function standing(now: Standing): void {
    late.set(now.lateLanes);
    behind.set(now.behind);
    endpoints.set(now.endpoints);
    outbox.pending({ due: now.inMemory, retrying: now.waiting });
  }
  return {
    delivered() {
      attempts.inc({ outcome: 'delivered' });
      outbox.processed(1);
    },
    failed(reason) {
      attempts.inc({ outcome: reason });
      outbox.failed();
    },
    gaveUp() {
      dead.inc();
      outbox.deadLettered();
    },
    withheld: (reason) => withheld.inc({ reason }),
    switchedOff: (reason) => off.inc({ reason }),
    unlisted: (count) => unlisted.inc(count),
    replaying: (count) => replays.set(count),
    replayed: () => replayed.inc(),
    standing,
    left() {
      standing(NOTHING);
      replays.set(0);
      outbox.left();
    },
  };
}

function register({ registry }: Pick<Metrics, 'registry'>) {
  const registers = [registry];
  const attempts = new Counter({
    name: 'threadlog_webhook_attempts_total',
    help: 'Attempts at deliveries by outcome: delivered, or why not.',
    labelNames: ['outcome'],
    registers,
  });
  const dead = new Counter({
    name: 'threadlog_webhook_dead_letters_total',
    help: 'Deliveries that were given up.',
    registers,
  });
  const withheld = new Counter({
    name: 'threadlog_webhook_withheld_total',
    help: 'Events kept back: about erased people, with texts deleted meanwhile, or with texts that do not open.',
    labelNames: ['reason'],
    registers,
  });
  const off = new Counter({
    name: 'threadlog_webhook_switched_off_total',
    help: 'Endpoints of tenants that were switched off: gone, by their own wish, or failing for days.',
    labelNames: ['reason'],
    registers,
  });
  const unlisted = new Counter({
    name: 'threadlog_webhook_attempts_unlisted_total',
    help: 'Attempts that are missing from the list of attempts, since more were made than it is written with.',
    registers,
  });
  const replays = new Gauge({
    name: 'threadlog_webhook_replays',
    help: 'Replays that run, or wait for their turn.',
    registers,
  });
  const replayed = new Counter({
    name: 'threadlog_webhook_replayed_total',
    help: 'Deliveries of replays that were taken.',
    registers,
  });
  const late = new Gauge({
    name: 'threadlog_webhook_late_lanes',
    help: 'Threads of which a delivery waits for another attempt.',
    registers,
  });
  const behind = new Gauge({
    name: 'threadlog_webhook_behind',
    help: 'Endpoints that read the log for themselves, since too much waits for them, or since they are new.',
    registers,
  });
  const endpoints = new Gauge({ name: 'threadlog_webhook_endpoints', help: 'Endpoints that are told.', registers });
  return { attempts, dead, withheld, off, unlisted, replays, replayed, late, behind, endpoints };
}
