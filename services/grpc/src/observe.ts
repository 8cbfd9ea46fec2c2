import type { Logger, Metrics } from '@threadlog/service';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Call } from './call';

/** Why connections were ended by us. */
export type Ended = 'too_many' | 'unauthenticated' | 'silent' | 'pings';

export interface GrpcObserver {
  ended(call: Call): void;
  connectionEnded(why: Ended): void;
}

export interface ObserverDeps {
  logger: Logger;
  metrics: Pick<Metrics, 'registry'>;
  /** Level of the line for each call; those that failed on our side are logged at `info` at least. */
  accessLog: 'info' | 'debug' | 'off';
  connections(): number;
}

/** The service's metrics in a registry, without a service: for the list of all there are. */
export function registerGrpcMetrics(metrics: Pick<Metrics, 'registry'>): void {
  register(metrics, () => 0);
}

/** Our own faults, and what others have to be told about. */
const FAULTS: ReadonlySet<string> = new Set(['internal', 'unknown', 'unavailable', 'aborted', 'data_loss']);

function register(metrics: Pick<Metrics, 'registry'>, connections: () => number) {
  const registers = [metrics.registry];
  const durations = new Histogram({
    name: 'grpc_call_duration_seconds',
    help: 'Time from arrival of a call to the end of its answer, by method and status.',
    labelNames: ['method', 'code'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const ended = new Counter({
    name: 'grpc_connections_ended_total',
    help: 'Connections that we have closed, by why.',
    labelNames: ['why'],
    registers,
  });
  const open: Gauge = new Gauge({
    name: 'grpc_connections',
    help: 'Open connections of the gRPC port.',
    registers,
    collect: () => open.set(connections()),
  });
  return { durations, ended };
}

export function createObserver({ logger, metrics, accessLog, connections }: ObserverDeps): GrpcObserver {
  const { durations, ended } = register(metrics, connections);
  return {
    connectionEnded: (why) => ended.inc({ why }),
    ended(call) {
      const milliseconds = performance.now() - call.startedAt;
      endSpan(call);
      durations.observe({ method: call.method ?? 'unmatched', code: call.outcome }, milliseconds / 1000);
      const level = FAULTS.has(call.outcome) && accessLog !== 'info' ? 'info' : accessLog;
      if (level === 'off' || !logger.isLevelEnabled(level)) return;
      logger[level](fieldsOf(call, milliseconds), `gRPC ${call.method ?? 'unmatched'}`);
    },
  };
}

function endSpan({ span, method, outcome, requestId }: Call): void {
  span?.end({
    name: method ?? 'unmatched',
    code: FAULTS.has(outcome) ? outcome : undefined,
    facts: { 'rpc.system': 'grpc', 'rpc.method': method ?? 'unmatched', 'threadlog.request_id': requestId },
  });
}

function fieldsOf(call: Call, milliseconds: number) {
  return {
    request_id: call.requestId,
    tenant_id: call.actor?.tenantId,
    user_id: call.actor?.id,
    status: call.outcome,
    code: call.problem,
    duration_ms: Math.round(milliseconds * 1000) / 1000,
  };
}
