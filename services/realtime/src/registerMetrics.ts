import type { Metrics } from '@threadlog/service';
import { createRealtimeMetrics } from './metrics';

/** Registers every metric of the role, for the catalogue of metrics. */
export function registerRealtimeMetrics(metrics: Metrics): void {
  const none = () => 0;
  createRealtimeMetrics(metrics, { connections: none, rooms: none, waiting: none, drafts: none });
}
