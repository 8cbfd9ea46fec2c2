import { harmless } from '../http/metrics.ts';
import type { CircuitBreakerState } from './policies.ts';

type Line = (message: string, fields: Record<string, unknown>) => void;

/** Where it is told what happens; `console` is one. Lines have `component: 'chat_client'`, and never a token or a text. */
export interface ServiceLogger {
  debug?: Line;
  info?: Line;
  warn?: Line;
  error?: Line;
}

/** One attempt of a call. `code` is null where it succeeded; `status` is 0 where no answer came. */
export interface AttemptMetric {
  operation: string;
  attempt: number;
  status: number;
  code: string | null;
  durationMs: number;
}
/** A whole call, retries and waits included. */
export interface CallMetric {
  operation: string;
  attempts: number;
  code: string | null;
  durationMs: number;
}
export interface BreakerMetric {
  from: CircuitBreakerState;
  to: CircuitBreakerState;
}

/** Hooks for whatever counts. One that throws is passed over. */
export interface ServiceMetrics {
  attempt?(metric: AttemptMetric): void;
  call?(metric: CallMetric): void;
  breaker?(metric: BreakerMetric): void;
}

export interface Telling {
  log(level: keyof ServiceLogger, message: string, fields: Record<string, unknown>): void;
  metric<Kind extends keyof ServiceMetrics>(kind: Kind, metric: Parameters<Required<ServiceMetrics>[Kind]>[0]): void;
}

export function createTelling(logger: ServiceLogger = {}, metrics: ServiceMetrics = {}): Telling {
  return {
    log: (level, message, fields) => harmless(() => logger[level]?.(message, { component: 'chat_client', ...fields })),
    metric: (kind, metric) => harmless(() => metrics[kind]?.(metric as never)),
  };
}
