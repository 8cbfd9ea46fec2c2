import type { Metrics } from '@threadlog/service';
import { createMeters } from './observe';
import { createGauges } from './quarantine/passedOver';

/** Registers every metric of the role, for the catalogue of metrics. */
export function registerProjectorMetrics(metrics: Metrics): void {
  createMeters(metrics);
  createGauges(metrics);
}
