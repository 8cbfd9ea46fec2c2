import { createMetrics } from '@threadlog/service';
import { createLogObserver } from './logMetrics';

describe('the log observer', () => {
  it('shows what is appended, and how far each reader is behind', async () => {
    const metrics = createMetrics({ defaults: false });
    const observer = createLogObserver(metrics);
    observer.sent?.({ partitions: 2, records: 5, bytes: 900, durationMs: 2 });
    observer.appenderFailed?.(new Error('lost'));
    observer.handedOn?.({ outcome: 'taken', records: 3 });
    observer.handedOn?.({ outcome: 'late', records: 1 });
    const handled = { name: 'projector', partition: 3, records: 10, fenced: 2, malformed: 0, lag: 40, durationMs: 1 };
    observer.handled?.(handled);
    observer.handled?.({ ...handled, fenced: 0, lag: 0 });
    observer.handlerFailed?.({ name: 'projector', partition: 3, error: new Error('x') });
    const text = await metrics.registry.metrics();
    for (const line of [
      'threadlog_appended_records_total 5',
      'threadlog_appended_bytes_total 900',
      'threadlog_append_duration_seconds_count 1',
      'threadlog_appender_failures_total 1',
      'threadlog_handed_on_records_total{outcome="taken"} 3',
      'threadlog_handed_on_records_total{outcome="late"} 1',
      'threadlog_reader_lag_records{reader="projector",partition="3"} 0',
      'threadlog_read_records_total{reader="projector"} 20',
      'threadlog_fenced_records_total{reader="projector"} 2',
      'threadlog_reader_failures_total{reader="projector"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });
});
