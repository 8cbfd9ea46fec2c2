import { createLogger, createShedding, type Metrics } from '@threadlog/service';
import { createKeyReports, createMissingAtStart } from './keys/keyReports';
import { createLogObserver } from './logMetrics';
import { tellPartitions, tellReadiness } from './processMetrics';

/** Registers every metric that a process has whatever its roles, for the catalogue of metrics. */
export function registerRuntimeMetrics(metrics: Metrics): void {
  createLogObserver(metrics);
  createKeyReports({ logger: createLogger({ service: 'metrics', level: 'silent' }), metrics });
  createMissingAtStart(metrics);
  createShedding({ metrics, isLate: () => false });
  tellPartitions(metrics, 0);
  tellReadiness(metrics, () => Promise.resolve({ ready: false }));
}
