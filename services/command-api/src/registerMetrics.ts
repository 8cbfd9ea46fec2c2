import { createAgentObserver } from '@threadlog/agents';
import { createLogger, type Metrics } from '@threadlog/service';
import { createCommandFaults, createOwnershipMetrics } from './metrics';

/** Registers every metric of the role, for the catalogue of metrics. */
export function registerCommandApiMetrics(metrics: Metrics): void {
  const logger = createLogger({ service: 'metrics', level: 'silent' });
  createOwnershipMetrics({ metrics, logger });
  createCommandFaults({ metrics, logger });
  createAgentObserver(metrics);
}
