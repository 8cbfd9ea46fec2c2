export { createRealtime, type RealtimeDeps } from './role';
export { DEFAULT_LIMITS, type RealtimeLimits } from './limits';
