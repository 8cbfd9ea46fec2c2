/** A panel: what it is called, its unit by Grafana's name, and its queries with their legends. */
interface Panel {
  title: string;
  unit: 'short' | 'reqps' | 'ops' | 's' | 'bytes' | 'percentunit';
  queries: Readonly<Record<string, string>>;
}

type Dashboards = Readonly<Record<string, { title: string; panels: readonly Panel[] }>>;

const panel = (title: string, unit: Panel['unit'], queries: Panel['queries']): Panel => ({ title, unit, queries });
const rate = (metric: string, by = ''): string => `sum${by && ` by (${by})`} (rate(${metric}[$__rate_interval]))`;
const quantile = (q: number, histogram: string, by = ''): string =>
  `histogram_quantile(${q}, ${rate(`${histogram}_bucket`, by ? `le, ${by}` : 'le')})`;
const latencies = (histogram: string): Panel['queries'] => ({
  p50: quantile(0.5, histogram),
  p99: quantile(0.99, histogram),
});

/** The dashboards, by file. */
export const DASHBOARDS: Dashboards = {
  writes: {
    title: 'Writes',
    panels: [
      panel('Requests that write', 'reqps', {
        '{{status}}': rate('http_request_duration_seconds_count{method!~"GET|HEAD"}', 'status'),
      }),
      panel('Time of writes', 's', latencies('http_request_duration_seconds')),
      panel('Records acked', 'ops', { records: rate('threadlog_appended_records_total') }),
      panel('Time to an ack', 's', latencies('threadlog_append_duration_seconds')),
      panel('Partitions owned', 'short', {
        '{{instance}}': 'threadlog_partitions_owned',
        all: 'max(threadlog_partitions)',
      }),
      panel('Hand-overs, faults of ownership', 'ops', {
        'hand-overs': rate('threadlog_partitions_dropped_total'),
        faults: rate('threadlog_ownership_faults_total'),
      }),
      panel('Appends that failed', 'ops', {
        appenders: rate('threadlog_appender_failures_total'),
        'events kept back': rate('threadlog_unappendable_events_total'),
      }),
      panel('Refused as overloaded', 'ops', { '{{reason}}': rate('threadlog_requests_shed_total', 'reason') }),
      panel('Writes not answered yet', 'short', { '{{instance}}': 'threadlog_writes_open' }),
      panel('Bytes acked', 'bytes', { 'bytes a second': rate('threadlog_appended_bytes_total') }),
    ],
  },
  'read-models': {
    title: 'Read models',
    panels: [
      panel('Records behind, by partition', 'short', {
        'generation {{generation}}, {{partition}}': 'min by (generation, partition) (projector_lag_records)',
      }),
      panel('Events folded', 'ops', {
        'generation {{generation}}': rate('projector_events_applied_total', 'generation'),
      }),
      panel('Time of a batch', 's', latencies('projector_batch_duration_seconds')),
      panel('Batches tried again', 'ops', { retries: rate('projector_retries_total') }),
      panel('Threads that wait for an operator', 'short', {
        'parked, generation {{generation}}': 'max by (generation) (projector_parked_keys)',
        'closed, generation {{generation}}': 'max by (generation) (projector_closed_keys)',
      }),
      panel('Records in quarantine', 'short', {
        'generation {{generation}}': 'max by (generation) (projector_quarantined_records)',
      }),
      panel('Requests that read', 'reqps', {
        '{{status}}': rate('http_request_duration_seconds_count{method=~"GET|HEAD"}', 'status'),
      }),
      panel('Readers of the log behind', 'short', {
        '{{reader}}': 'max by (reader) (threadlog_reader_lag_records)',
      }),
    ],
  },
  realtime: {
    title: 'Realtime',
    panels: [
      panel('Sockets', 'short', { '{{instance}}': 'realtime_connections' }),
      panel('Threads followed', 'short', { '{{instance}}': 'realtime_rooms' }),
      panel('Frames to rooms', 'ops', { '{{instance}}': rate('realtime_deliveries_total', 'instance') }),
      panel('Records behind', 'short', {
        '{{instance}}': 'max by (instance) (threadlog_reader_lag_records{reader="realtime"})',
      }),
      panel('Bytes that wait in sockets', 'bytes', { '{{instance}}': 'realtime_waiting_bytes' }),
      panel('Runs of agents that are told of', 'short', { '{{instance}}': 'realtime_drafts' }),
      panel('Frames of drafts', 'ops', { '{{instance}}': rate('realtime_draft_frames_total', 'instance') }),
      panel('Slow sockets, threads fetched again', 'ops', {
        '{{what}}': rate('realtime_slow_sockets_total', 'what'),
        resyncs: rate('realtime_resyncs_total'),
        undecodable: rate('realtime_undecodable_records_total'),
      }),
    ],
  },
  grpc: {
    title: 'gRPC',
    panels: [
      panel('Calls', 'reqps', { '{{method}}': rate('grpc_call_duration_seconds_count', 'method') }),
      panel('Calls that were not answered with OK', 'reqps', {
        '{{code}}': rate('grpc_call_duration_seconds_count{code!="ok"}', 'code'),
      }),
      panel('Time of calls, p50', 's', { '{{method}}': quantile(0.5, 'grpc_call_duration_seconds', 'method') }),
      panel('Time of calls, p99', 's', { '{{method}}': quantile(0.99, 'grpc_call_duration_seconds', 'method') }),
      panel('Connections', 'short', { '{{instance}}': 'grpc_connections' }),
      panel('Connections that we closed', 'ops', { '{{why}}': rate('grpc_connections_ended_total', 'why') }),
    ],
  },
  privacy: {
    title: 'Privacy',
    panels: [
      panel('Runs of privacy jobs in an hour', 'short', {
        '{{kind}} {{outcome}}': 'sum by (kind, outcome) (increase(threadlog_privacy_job_runs_total[1h]))',
      }),
      panel('Deleted by retention in an hour', 'short', {
        messages: 'sum(increase(threadlog_retention_messages_total[1h]))',
        'keys of months': 'sum(increase(threadlog_retention_months_total[1h]))',
      }),
      panel('Keys that are missing', 'short', {
        'at the start': 'max(threadlog_keys_missing_at_start)',
        'found by use': 'sum(threadlog_keys_missing_total)',
      }),
      panel('Events kept back from outside', 'ops', {
        'feed, {{reason}}': rate('threadlog_feed_withheld_total', 'reason'),
        'webhooks, {{reason}}': rate('threadlog_webhook_withheld_total', 'reason'),
      }),
    ],
  },
  outbound: {
    title: 'Webhooks, feed and agents',
    panels: [
      panel('Waiting to be published', 'short', {
        '{{publisher}}, {{state}}': 'sum by (publisher, state) (outbox_pending_count)',
      }),
      panel('Published', 'ops', { '{{publisher}}': rate('outbox_processed_total', 'publisher') }),
      panel('Failed, given up', 'ops', {
        '{{publisher}} failed': rate('outbox_publish_errors_total', 'publisher'),
        '{{publisher}} given up': rate('outbox_dlq_total', 'publisher'),
      }),
      panel('Attempts at webhooks', 'ops', { '{{outcome}}': rate('threadlog_webhook_attempts_total', 'outcome') }),
      panel('Webhooks', 'short', {
        endpoints: 'sum(threadlog_webhook_endpoints)',
        'endpoints behind': 'sum(threadlog_webhook_behind)',
        'threads with late deliveries': 'sum(threadlog_webhook_late_lanes)',
      }),
      panel('Endpoints switched off in a day', 'short', {
        '{{reason}}': 'sum by (reason) (increase(threadlog_webhook_switched_off_total[1d]))',
      }),
      panel('Events in feeds', 'ops', { events: rate('threadlog_feed_published_total') }),
      panel('Runs of agents in an hour', 'short', {
        '{{outcome}}': 'sum by (outcome) (increase(threadlog_agent_runs_total[1h]))',
      }),
    ],
  },
  processes: {
    title: 'Processes',
    panels: [
      panel('Ready', 'short', { '{{role}} {{instance}}': 'threadlog_ready' }),
      panel('CPU', 'percentunit', {
        '{{role}} {{instance}}': 'rate(process_cpu_seconds_total[$__rate_interval])',
      }),
      panel('Memory of the limit', 'percentunit', {
        '{{role}} {{instance}}': 'process_resident_memory_bytes / threadlog_memory_limit_bytes',
      }),
      panel('Heap of the limit', 'percentunit', {
        '{{role}} {{instance}}': 'nodejs_heap_size_used_bytes / threadlog_heap_limit_bytes',
      }),
      panel('Event loop, 99th percentile', 's', { '{{role}} {{instance}}': 'nodejs_eventloop_lag_p99_seconds' }),
      panel('Time in garbage collection', 'percentunit', {
        '{{role}} {{instance}}': rate('nodejs_gc_duration_seconds_sum', 'role, instance'),
      }),
      panel('Requests', 'reqps', { '{{role}}': rate('http_request_duration_seconds_count', 'role') }),
      panel('Requests that failed', 'reqps', {
        '{{route}} {{status}}': rate('http_request_duration_seconds_count{status=~"5.."}', 'route, status'),
      }),
    ],
  },
};

/** The text of a dashboard's file, as Grafana provisions it. */
export function dashboardJson(name: string): string {
  const { title, panels } = DASHBOARDS[name]!;
  const dashboard = {
    uid: `threadlog-${name}`,
    title: `Threadlog: ${title}`,
    tags: ['threadlog'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
  };
  // A panel a line: what changes in one is seen in a diff.
  const lines = panels.map((each, index) => `    ${JSON.stringify(panelJson(each, index))}`);
  const head = JSON.stringify(dashboard, null, 2).slice(0, -2);
  return `${head},\n  "panels": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** Two in a row. */
function panelJson({ title, unit, queries }: Panel, index: number) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: { type: 'prometheus', uid: 'prometheus' },
    gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(queries).map(([legendFormat, expr], at) => ({ refId: 'ABCDEFGH'[at], expr, legendFormat })),
  };
}
