import type { Logger, Metrics } from '@threadlog/service';
import { Counter, Gauge } from 'prom-client';
import type { OwnershipObserver } from './ownership/ports';

/** Ownership as log lines and metrics: who owns what, how often hands change, and why. */
export function createOwnershipMetrics({ metrics, logger }: { metrics: Metrics; logger: Logger }): OwnershipObserver {
  const registers = [metrics.registry];
  const owned = new Gauge({
    name: 'threadlog_partitions_owned',
    help: 'Partitions that this process may write.',
    registers,
  });
  const drops = new Counter({
    name: 'threadlog_partitions_dropped_total',
    help: 'Partitions given up or lost.',
    registers,
  });
  const faults = new Counter({
    name: 'threadlog_ownership_faults_total',
    help: 'Steps of the ownership protocol that failed and were tried again.',
    registers,
  });
  const serving = new Set<string>();
  const nameOf = ({ partition, epoch }: { partition: number; epoch: number }): string => `${partition}/${epoch}`;
  return {
    acquired(lease, overlayEvents) {
      serving.add(nameOf(lease));
      owned.set(serving.size);
      logger.info({ ...lease, overlayEvents }, 'partition taken over');
    },
    dropped(lease, cause) {
      drops.inc();
      serving.delete(nameOf(lease));
      owned.set(serving.size);
      logger.info({ ...lease, cause }, 'partition dropped');
    },
    fault(what, error) {
      faults.inc();
      logger.warn({ err: error, what }, 'ownership: trying again');
    },
  };
}
