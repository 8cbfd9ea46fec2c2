import { describeLoss } from '@threadlog/read-models';
import type { Logger, Metrics } from '@threadlog/service';
import { Counter, Gauge } from 'prom-client';
import type { OwnershipObserver } from './ownership/ports';

/** Ownership as log lines and metrics: who owns what, how often hands change, and why. */
export function createOwnershipMetrics({ metrics, logger }: { metrics: Metrics; logger: Logger }): OwnershipObserver {
  const registers = [metrics.registry];
  const owned = new Gauge({
    name: 'threadlog_partitions_owned',
    help: 'Partitions that this process serves; the sum over all processes should be threadlog_partitions.',
    registers,
  });
  const drops = new Counter({
    name: 'threadlog_partitions_dropped_total',
    help: 'Partitions handed over or lost.',
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
    lost(loss) {
      logger.fatal(loss, describeLoss(loss));
    },
    outdone(lease, epoch) {
      logger.error({ ...lease, found: epoch }, 'the log has a higher epoch than the database gave: going above it');
    },
    fault(what, error) {
      faults.inc();
      logger.warn({ err: error, what }, 'ownership: trying again');
    },
  };
}

/** Faults of commands as log lines, and what was kept from the log as a metric. */
export function createCommandFaults({ metrics, logger }: { metrics: Metrics; logger: Logger }) {
  const unappendable = new Counter({
    name: 'threadlog_unappendable_events_total',
    help: 'Events kept from the log, since a reader could not have folded them: a fault of the program, answered 500.',
    registers: [metrics.registry],
  });
  return {
    onFault: (error: unknown) => logger.error({ err: error }, 'a command failed'),
    onUnappendable(eventType: string, fault: string) {
      unappendable.inc();
      logger.error({ eventType, fault }, 'an event was not appended: no reader could fold it');
    },
  };
}
