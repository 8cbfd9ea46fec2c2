export { ChatError, AbortedError, AuthError, NetworkError, ServerError } from '../errors.ts';
export { isRetryable, type Repeatable } from './classify.ts';
export { ChatConfigError, configFromEnv, type ChatServiceConfig } from './config.ts';
export { parseDuration } from './duration.ts';
export type { CircuitBreakerState } from './policies.ts';
export type { ServiceRequest } from './requests.ts';
export * from './service.ts';
export type { AttemptMetric, BreakerMetric, CallMetric, ServiceLogger, ServiceMetrics } from './telling.ts';
export { CircuitOpenError } from './watching.ts';
