import type { Problem } from '@threadlog/events';
import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../metrics';
import { grow, shrink, type Load } from './fairQueue';
import type { Behalf, Surface } from './onBehalf';

/**
 * Why something was refused before it was begun: too much waits for a partition's owner (`waiting`), it has waited too long
 * there (`age`), the process has too much open (`open`) or its event loop is late (`delay`), too much waits for the database
 * (`database`).
 */
export type ShedReason = 'waiting' | 'age' | 'open' | 'delay' | 'database';

/** Writes of a process that are not answered yet, over all surfaces. */
const OPEN_WRITES = 16_384;
const OPEN_WRITES_OF_TENANT = 8_192;
/** What they hold together: texts, and 2 KiB a write. */
const OPEN_COST = 128 * 1024 * 1024;
const OPEN_COST_OF_TENANT = 64 * 1024 * 1024;
/** A tenant with less than this open is let in whatever others do. */
const ALWAYS_OPEN = 64;
const ALWAYS_COST = 1024 * 1024;

/** One for each process: what it refuses so that it does not take on more than it can hold. */
export interface Shedding {
  /** Takes a write on until it is over (`end`), or says what it is refused with. */
  begin(write: Behalf, cost: number): Problem | null;
  end(write: Behalf, cost: number): void;
  /** Counts what was refused somewhere else. */
  shed(surface: Surface, reason: ShedReason): void;
}

export interface SheddingDeps {
  metrics: Metrics;
  /** Whether the event loop has had too much to do for some time. */
  isLate(): boolean;
}

/** A write that was taken on is never shed: somebody may rest on it already. */
export function createShedding({ metrics, isLate }: SheddingDeps): Shedding {
  const all: Load = { count: 0, cost: 0 };
  const ofTenants = new Map<string, Load>();
  const shed = createCounter(metrics, all);

  function reasonAgainst(own: Load): ShedReason | null {
    if (own.count < ALWAYS_OPEN && own.cost < ALWAYS_COST) return null;
    if (own.count >= OPEN_WRITES_OF_TENANT || own.cost >= OPEN_COST_OF_TENANT) return 'open';
    if (all.count >= OPEN_WRITES || all.cost >= OPEN_COST) return 'open';
    return isLate() ? 'delay' : null;
  }

  return {
    shed,
    begin({ tenantId, surface }, cost) {
      let own = ofTenants.get(tenantId);
      const reason = own ? reasonAgainst(own) : null;
      if (reason) {
        shed(surface, reason);
        return REFUSALS[reason];
      }
      if (!own) ofTenants.set(tenantId, (own = { count: 0, cost: 0 }));
      grow(own, cost);
      grow(all, cost);
      return null;
    },
    end({ tenantId }, cost) {
      const own = ofTenants.get(tenantId)!;
      shrink(own, cost);
      shrink(all, cost);
      if (own.count === 0) ofTenants.delete(tenantId);
    },
  };
}

const refusal = (detail: string): Problem => ({ code: 'overloaded', detail, retryAfter: 1 });

/** What is shed is answered with; for clients it is one thing: nothing was done, come again. */
export const REFUSALS: Record<ShedReason, Problem> = {
  waiting: refusal('Too many commands of this tenant wait for their turn; try again shortly.'),
  age: refusal('The command has waited too long for its turn; nothing was done.'),
  open: refusal('Too many writes are under way here; try again shortly.'),
  delay: refusal('There is more to do here than can be done in time; try again shortly.'),
  database: refusal('Too much of this tenant waits for the database; try again shortly.'),
};

function createCounter({ registry }: Metrics, open: Load): Shedding['shed'] {
  const registers = [registry];
  const counter = new Counter({
    name: 'threadlog_requests_shed_total',
    help: 'Requests and commands refused as overloaded before they were begun, by surface and by what there was too much of.',
    labelNames: ['surface', 'reason'],
    registers,
  });
  const gauge: Gauge = new Gauge({
    name: 'threadlog_writes_open',
    help: 'Writes that this process has taken on and not answered yet.',
    registers,
    collect: () => gauge.set(open.count),
  });
  return (surface, reason) => counter.inc({ surface, reason });
}
