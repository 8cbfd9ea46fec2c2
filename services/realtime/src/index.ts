export { createRealtime, type RealtimeDeps } from './role';
export type { RealtimeLimits } from './limits';
export { registerRealtimeMetrics } from './registerMetrics';
