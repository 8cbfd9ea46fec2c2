import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { metricsCatalogue, type CataloguedMetric } from './catalogue';
import { DASHBOARDS } from './dashboards';
import { readExpression, strangersIn } from './expressions.testing';

interface Dashboard {
  uid: string;
  panels: { title: string; datasource: { uid: string }; targets: { expr: string; legendFormat: string }[] }[];
}

const GRAFANA = resolve(__dirname, '../../../../deploy/grafana');
const read = (path: string): string => readFileSync(join(GRAFANA, path), 'utf8');
const files = globSync('dashboards/*.json', { cwd: GRAFANA }).sort();
let catalogue: CataloguedMetric[];
beforeAll(async () => {
  catalogue = await metricsCatalogue();
});

test('each dashboard has its file', () => {
  expect(files).toEqual(
    Object.keys(DASHBOARDS)
      .map((name) => `dashboards/${name}.json`)
      .sort(),
  );
});

test.each(files)('%s shows metrics and labels that there are', (file) => {
  const { panels } = JSON.parse(read(file)) as Dashboard;
  for (const { title, targets } of panels) {
    for (const { expr, legendFormat } of targets) {
      const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      expect([title, strangersIn(expr, catalogue)]).toEqual([title, []]);
      // What an aggregation leaves is what it groups by.
      const { grouping } = readExpression(expr);
      const left = /^(sum|max|min|histogram_quantile)\b/.test(expr) ? grouping : [...grouping, 'role', 'instance'];
      expect([title, legend.filter((label) => !left.includes(label))]).toEqual([title, []]);
    }
  }
});

test('what tells how the parts get on is on some dashboard', () => {
  const shown = files.map(read).join('');
  const told = ['projector_lag_records', 'realtime_connections', 'outbox_pending_count', 'threadlog_partitions_owned'];
  const missing = [
    ...told,
    'grpc_call_duration_seconds',
    'grpc_connections',
    'threadlog_ready',
    'threadlog_privacy_job_runs_total',
    'threadlog_agent_runs_total',
  ];
  expect(missing.filter((name) => !shown.includes(name))).toEqual([]);
});

test('Grafana finds its data source and the dashboards', () => {
  const { datasources } = parse(read('provisioning/datasources/prometheus.yml')) as {
    datasources: { uid: string; url: string }[];
  };
  const { providers } = parse(read('provisioning/dashboards/threadlog.yml')) as {
    providers: { options: { path: string } }[];
  };
  const uids = files.flatMap((file) =>
    (JSON.parse(read(file)) as Dashboard).panels.map(({ datasource }) => datasource.uid),
  );
  expect(new Set(uids)).toEqual(new Set(datasources.map(({ uid }) => uid)));
  expect(providers[0]!.options.path).toBe('/etc/grafana/dashboards');
});
