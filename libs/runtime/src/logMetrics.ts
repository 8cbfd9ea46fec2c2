import type { LogLine, LogObserver } from '@threadlog/log';
import type { Logger, Metrics } from '@threadlog/service';
import { Counter, Gauge, Histogram } from 'prom-client';

/** The log's figures as metrics: what is appended and how fast, and how far each reader is behind. */
export function createLogObserver({ registry }: Pick<Metrics, 'registry'>): LogObserver {
  const registers = [registry];
  const sends = new Histogram({
    name: 'threadlog_append_duration_seconds',
    help: 'Time from sending a produce request to its ack.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const appended = new Counter({ name: 'threadlog_appended_records_total', help: 'Records acked.', registers });
  const bytes = new Counter({ name: 'threadlog_appended_bytes_total', help: 'Bytes of records acked.', registers });
  const lost = new Counter({
    name: 'threadlog_appender_failures_total',
    help: 'Appenders thrown away, since the outcome of a send was not known: sends were rejected for good, or the broker was away.',
    registers,
  });
  const handedOn = new Counter({
    name: 'threadlog_handed_on_records_total',
    help: 'Records appended here, at their ack: taken by the followers in this process; late, since a fetch was faster; behind a gap, or unwanted by followers that are full, and then fetched.',
    labelNames: ['outcome'],
    registers,
  });
  const lag = new Gauge({
    name: 'threadlog_reader_lag_records',
    help: 'Records between a reader of the log (projector, realtime, feed, webhooks) and the end of its partition, as last fetched.',
    labelNames: ['reader', 'partition'],
    registers,
  });
  const read = counterOf('threadlog_read_records_total', 'Records handed to a reader.', registry);
  const fenced = counterOf(
    'threadlog_fenced_records_total',
    'Records ignored for their epoch: after a hand-over under faults, normal.',
    registry,
  );
  const malformed = counterOf(
    'threadlog_malformed_records_total',
    'Records without a usable epoch: somebody else writes to the topic.',
    registry,
  );
  const failed = counterOf('threadlog_reader_failures_total', 'Batches that a reader has to take again.', registry);
  return {
    sent(figures) {
      sends.observe(figures.durationMs / 1000);
      appended.inc(figures.records);
      bytes.inc(figures.bytes);
    },
    appenderFailed: () => lost.inc(),
    handedOn: ({ outcome, records }) => handedOn.inc({ outcome }, records),
    handled(figures) {
      const { name: reader } = figures;
      lag.set({ reader, partition: figures.partition }, figures.lag);
      read.inc({ reader }, figures.records);
      if (figures.fenced > 0) fenced.inc({ reader }, figures.fenced);
      if (figures.malformed > 0) malformed.inc({ reader }, figures.malformed);
    },
    handlerFailed: ({ name: reader }) => failed.inc({ reader }),
  };
}

function counterOf(name: string, help: string, registry: Metrics['registry']): Counter<'reader'> {
  return new Counter({ name, help, labelNames: ['reader'], registers: [registry] });
}

/** Lines of the log's driver in the process's own log. */
export function logLines(logger: Logger): LogLine {
  const lines = logger.child({ part: 'log' });
  return (level, message, fields = {}) => lines[level](fields, message);
}
