import type { EventLog } from '@threadlog/log';
import type { SealingService } from '@threadlog/sealing';
import { aborted, type Logger, type Metrics, type Service } from '@threadlog/service';
import { Counter, Gauge } from 'prom-client';
import { checkKeys, tellKeys } from './checkKeys';

/** The newest records of each partition that a start looks at: an older or lost key store lacks their keys first of all. */
const NEWEST = 200;

/** Counts keys that texts need and the key store does not have, and says so: each of the first few, then now and then. */
export function createKeyReports({ logger, metrics }: { logger: Logger; metrics?: Metrics | undefined }) {
  const counter =
    metrics &&
    new Counter({
      name: 'threadlog_keys_missing_total',
      help: 'Keys that texts need and the key store does not have, once each as this process came upon them.',
      registers: [metrics.registry],
    });
  let count = 0;
  return (tenantId: string, keyId: string): void => {
    count += 1;
    counter?.inc();
    if (count <= 5 || count % 1_000 === 0)
      logger.error({ tenant_id: tenantId, key_id: keyId, count }, 'a key is missing from the key store');
  };
}

export interface KeyCheckDeps {
  log: Pick<EventLog, 'partitions' | 'head' | 'tail' | 'read'>;
  sealing: Pick<SealingService, 'missingAmong'>;
  logger: Logger;
  metrics: Metrics;
}

/** Looks once, beside what is served, whether the key store has the keys of the newest texts, and says what it found. */
export function createKeyCheck({ log, sealing, logger, metrics }: KeyCheckDeps): Service {
  const gauge = createMissingAtStart(metrics);
  return {
    name: 'key check',
    async run(signal) {
      try {
        const found = await checkKeys({ log, sealing, newest: NEWEST, signal });
        gauge.set(found.missing);
        if (found.missing > 0)
          logger.error({ ...found }, `${tellKeys(found)}: restore the key store, then run \`cli keys check\``);
        else logger.info({ ...found }, tellKeys(found));
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'the keys of the newest texts could not be looked for');
      }
      await aborted(signal);
    },
  };
}

/** Registers the gauge of what a key check found. */
export function createMissingAtStart({ registry }: Pick<Metrics, 'registry'>): Gauge {
  return new Gauge({
    name: 'threadlog_keys_missing_at_start',
    help: 'Keys of the newest 200 records of each partition that the key store did not have when this process started.',
    registers: [registry],
  });
}
