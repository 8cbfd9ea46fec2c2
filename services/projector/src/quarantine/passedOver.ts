import { countPassedOver, type Database, type PassedOver } from '@threadlog/read-models';
import type { Logger, Metrics } from '@threadlog/service';
import { Gauge } from 'prom-client';

/** Milliseconds between two counts: they are for people. */
const LOOK_EVERY_MS = 10_000;

/** What generations have set aside, for metrics, health details and the log. */
export interface PassedOverWatch {
  /** Counts where the last count is old, or says that there is none of this generation any more. Never rejects. */
  look(generations: readonly number[]): Promise<void>;
  /** A few words where something waits for an operator; null where nothing does. */
  summary(): string | null;
}

export function watchPassedOver(deps: { database: Database; logger: Logger; metrics: Metrics }): PassedOverWatch {
  const { database, logger } = deps;
  const gauges = createGauges(deps.metrics);
  let counts = new Map<number, PassedOver>();
  let lookedAt = -Infinity;

  async function count(generation: number): Promise<[number, PassedOver]> {
    const found = await countPassedOver(database, generation);
    const before = counts.get(generation);
    if (found.parked > 0 && before === undefined) {
      logger.warn({ generation, ...found }, 'streams wait for an operator: cli quarantine list');
    }
    return [generation, found];
  }

  return {
    async look(generations) {
      const known = generations.length === counts.size && generations.every((one) => counts.has(one));
      if (known && performance.now() - lookedAt < LOOK_EVERY_MS) return;
      try {
        counts = new Map(await Promise.all(generations.map(count)));
        lookedAt = performance.now();
      } catch (err) {
        logger.warn({ err }, 'quarantine not counted');
        return;
      }
      for (const gauge of Object.values(gauges)) gauge.reset();
      for (const [generation, found] of counts) {
        gauges.parked.set({ generation }, found.parked);
        gauges.quarantined.set({ generation }, found.quarantined);
        gauges.closed.set({ generation }, found.closed);
      }
    },
    summary() {
      const words = [...counts].flatMap(([generation, { parked, quarantined, closed }]) =>
        parked + quarantined > 0
          ? [`generation ${generation}: ${parked} parked (${closed} closed), ${quarantined} records in quarantine`]
          : [],
      );
      return words.length > 0 ? words.join('; ') : null;
    },
  };
}

/** Registers what is set aside. */
export function createGauges({ registry }: Pick<Metrics, 'registry'>) {
  const common = { labelNames: ['generation'], registers: [registry] };
  return {
    parked: new Gauge({
      name: 'projector_parked_keys',
      help: 'Threads and other record keys that wait for an operator; counted every ten seconds.',
      ...common,
    }),
    quarantined: new Gauge({
      name: 'projector_quarantined_records',
      help: 'Records in quarantine: those at fault and those that wait behind them.',
      ...common,
    }),
    closed: new Gauge({
      name: 'projector_closed_keys',
      help: 'Of the parked keys those that nobody sees until they are replayed.',
      ...common,
    }),
  };
}
