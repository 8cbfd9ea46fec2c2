import { createMetrics } from '@threadlog/service';
import { createOutbox } from './outbox';
import { createWebhookObserver } from './webhooks/observe';

const linesOf = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('outbox_'));

test('both publishers of a process count under the same names', async () => {
  const metrics = createMetrics({ defaults: false });
  const feed = createOutbox(metrics, 'feed');
  const webhooks = createWebhookObserver(metrics);
  feed.pending({ due: 7, retrying: 0 });
  feed.processed(3);
  feed.failed();
  webhooks.delivered();
  webhooks.failed('status');
  webhooks.gaveUp();
  webhooks.standing({ lateLanes: 1, behind: 0, endpoints: 2, inMemory: 4, waiting: 5 });

  expect(await linesOf(metrics)).toEqual([
    'outbox_pending_count{publisher="feed",state="due"} 7',
    'outbox_pending_count{publisher="feed",state="retrying"} 0',
    'outbox_pending_count{publisher="webhooks",state="due"} 4',
    'outbox_pending_count{publisher="webhooks",state="retrying"} 5',
    'outbox_processed_total{publisher="feed"} 3',
    'outbox_processed_total{publisher="webhooks"} 1',
    'outbox_publish_errors_total{publisher="feed"} 1',
    'outbox_publish_errors_total{publisher="webhooks"} 1',
    'outbox_dlq_total{publisher="webhooks"} 1',
  ]);
});

test('who publishes no more tells of nothing that waits', async () => {
  const metrics = createMetrics({ defaults: false });
  const webhooks = createWebhookObserver(metrics);
  webhooks.standing({ lateLanes: 1, behind: 1, endpoints: 2, inMemory: 4, waiting: 5 });
  webhooks.left();

  expect((await linesOf(metrics)).filter((line) => line.startsWith('outbox_pending'))).toEqual([]);
  expect(await linesOf(metrics)).toContain('outbox_dlq_total{publisher="webhooks"} 0');
  expect(await metrics.registry.metrics()).toMatch(/^threadlog_webhook_late_lanes 0$/m);
});
