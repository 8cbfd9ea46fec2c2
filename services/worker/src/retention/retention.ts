import type { CommandRouter } from '@threadlog/commands';
import { activeGeneration, type MessageStore } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import { until, type Logger, type Metrics, type Service } from '@threadlog/service';
import { Counter } from 'prom-client';
import { endMonths, MAX_MONTHS, monthsOver, type DestroyKeys, type EndedMonth, type MonthDeps } from './months';
import { isProjected, type ProjectedDeps } from './projected';
import { sweepTenant, type SweepDeps } from './sweep';
import { limitedTenants } from './tenants';

export interface RetentionDeps extends ProjectedDeps {
  messageStore(generation: number): MessageStore;
  sealing: Pick<SealingService, 'monthsBefore' | 'close' | 'letGoMs'>;
  destroyKeys: DestroyKeys;
  router: CommandRouter;
  /** Days where a tenant says nothing; null: for ever. */
  defaultDays: number | null;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds between two sweeps; with more to do the next one begins after a pause. */
  everyMs?: number;
  /** Milliseconds between two batches. */
  pauseMs?: number;
}

const SWEEP_EVERY_MS = 60_000;
/** Deleting leaves room for those who write: a batch, then a rest. */
const BATCH_PAUSE_MS = 250;

/**
 * Deletes messages past their time, tenant by tenant, and ends the keys of months of which nothing is left, so that
 * their text ends in the log too. May be interrupted at any point, and is safe to repeat.
 */
export function createRetention(deps: RetentionDeps): Service {
  const { everyMs = SWEEP_EVERY_MS, pauseMs = BATCH_PAUSE_MS } = deps;
  const counters = createCounters(deps.metrics);
  return {
    name: 'retention',
    async run(signal) {
      const turn = async () => ((await sweep({ ...deps, pauseMs, counters }, signal)) ? everyMs : pauseMs);
      const onFault = (err: unknown) => deps.logger.warn({ err }, 'retention was interrupted, trying again');
      await until(signal, turn, { everyMs, onFault });
    },
  };
}

interface SweepAll extends RetentionDeps {
  pauseMs: number;
  counters: ReturnType<typeof createCounters>;
}

/** Goes through all tenants once; returns whether nothing is left that could be done at once. */
async function sweep(deps: SweepAll, signal: AbortSignal): Promise<boolean> {
  const { database, now = Date.now, counters, defaultDays } = deps;
  const generation = await activeGeneration(database);
  if (!(await isProjected(deps, generation, signal))) {
    deps.logger.info({ generation }, 'retention waits for the projection');
    return true;
  }
  const source = { database, generation, defaultDays };
  const messages: SweepDeps = {
    ...deps,
    ...{ now, generation, messageStore: deps.messageStore(generation) },
    onDeleted: (count) => counters.messages.inc(count),
  };
  const months: MonthDeps = {
    ...deps,
    ...{ source, now },
    onEnded: (count) => counters.months.inc(count),
    isCurrent: async () =>
      (await activeGeneration(database)) === generation && (await isProjected(deps, generation, signal)),
  };
  const over: EndedMonth[] = [];
  let unfinished = false;
  for await (const tenant of limitedTenants(source)) {
    if (signal.aborted) return true;
    unfinished = !(await sweepTenant(messages, tenant, signal)) || unfinished;
    over.push(...(await monthsOver(months, tenant, MAX_MONTHS - over.length)));
  }
  await endMonths(months, over, signal);
  return !unfinished && over.length < MAX_MONTHS;
}

/** Registers what retention counts. */
export function createCounters({ registry }: Pick<Metrics, 'registry'>) {
  const registers = [registry];
  const messages = new Counter({
    name: 'threadlog_retention_messages_total',
    help: 'Messages deleted because they were past their time.',
    registers,
  });
  const months = new Counter({
    name: 'threadlog_retention_months_total',
    help: 'Months of threads whose key was destroyed because nothing of them was left.',
    registers,
  });
  return { messages, months };
}
