import type { Logger, Metrics } from '@threadlog/service';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { LaneName, LaneObserver } from './lanes/observer';
import type { DeadLetters } from './quarantine/deadLetters';

/** Turns what lanes tell into log lines, metrics and dead letters. Make it once a process: metrics have one name. */
export function createObserver(logger: Logger, metrics: Metrics, deadLetters: DeadLetters | null): LaneObserver {
  const meters = createMeters(metrics);
  const labels = ({ generation, partition }: LaneName) => ({ generation, partition });
  return {
    applied({ generation }, { events, unknown, seconds }) {
      meters.applied.inc({ generation }, events);
      if (unknown > 0) meters.unknown.inc({ generation }, unknown);
      meters.duration.observe({ generation }, seconds);
    },
    mended(lane, records) {
      meters.mended.inc({ generation: lane.generation }, records.length);
      const about = { ...labels(lane), records: records.length, first_offset: records[0]?.offset };
      logger.warn(about, 'records hold what no store takes: applied in the nearest form that can be kept');
    },
    lag: (lane, records) => meters.lag.set(labels(lane), records),
    left: (lane) => meters.lag.remove(labels(lane)),
    quarantined(lane, records) {
      meters.quarantined.inc(labels(lane), records.length);
      for (const record of records) deadLetters?.publish(record);
    },
    parked(lane, { entry: { record }, reason }, closed) {
      const about = { ...labels(lane), offset: record.offset, record_key: record.key, reason };
      logger.error({ ...about, closed }, closed ? 'streams parked and closed' : 'streams parked');
    },
    discarded(lane, { entry: { record } }) {
      logger.warn({ ...labels(lane), offset: record.offset, record_key: record.key }, 'discarded record passed over');
    },
    retrying(lane, error, delayMs) {
      meters.retries.inc(labels(lane));
      logger.warn({ ...labels(lane), err: error, delay_ms: delayMs }, 'batch not applied, trying again');
    },
    moved: (lane, to) => logger.info({ ...labels(lane), to }, 'checkpoint found elsewhere, following it'),
  };
}

/** Registers what lanes count. */
export function createMeters({ registry }: Pick<Metrics, 'registry'>) {
  const lane = ['generation', 'partition'] as const;
  const common = { registers: [registry] };
  return {
    applied: new Counter({
      name: 'projector_events_applied_total',
      help: 'Events folded into the read model.',
      labelNames: ['generation'],
      ...common,
    }),
    unknown: new Counter({
      name: 'projector_events_unknown_total',
      help: 'Events of a type that only a newer build knows.',
      labelNames: ['generation'],
      ...common,
    }),
    mended: new Counter({
      name: 'projector_events_mended_total',
      help: 'Events of former builds with values that no store takes (half an emoji, a year beyond 9999), applied in the nearest form that can be kept; a warning in the log names where.',
      labelNames: ['generation'],
      ...common,
    }),
    duration: new Histogram({
      name: 'projector_batch_duration_seconds',
      help: 'Time to read, fold and write one batch.',
      labelNames: ['generation'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      ...common,
    }),
    lag: new Gauge({
      name: 'projector_lag_records',
      help: 'Records between the checkpoint and the end of the partition as last fetched.',
      labelNames: lane,
      ...common,
    }),
    quarantined: new Counter({
      name: 'projector_quarantined_total',
      help: 'Records put into quarantine.',
      labelNames: lane,
      ...common,
    }),
    retries: new Counter({
      name: 'projector_retries_total',
      help: 'Batches tried again after a transient fault.',
      labelNames: lane,
      ...common,
    }),
  };
}
