export { createRealtime, type RealtimeDeps } from './role';
export { DEFAULT_LIMITS, type RealtimeLimits } from './limits';
export { realtimeServiceConfig } from './config';
