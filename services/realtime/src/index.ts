export { createRealtime, createStreams, type RealtimeDeps, type RealtimeRole } from './role';
export type { RealtimeLimits } from './limits';
export { registerRealtimeMetrics } from './registerMetrics';
