import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { metricsCatalogue, type CataloguedMetric } from './catalogue';
import { strangersIn } from './expressions.testing';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}

const ROOT = resolve(__dirname, '../../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { groups } = parse(read('deploy/prometheus/rules.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const tests = read('deploy/prometheus/rules.test.yml');
let catalogue: CataloguedMetric[];
beforeAll(async () => {
  catalogue = await metricsCatalogue();
});

describe('a query', () => {
  it.each([
    ['sum by (tenant) (rate(threadlog_appended_records_total[5m]))', ['nothing of it has a label tenant']],
    ['threadlog_appended_record_total > 0', ['there is no metric threadlog_appended_record_total']],
    ['http_request_duration_seconds_count{code="500"}', ['http_request_duration_seconds_count has no label code']],
    ['http_request_duration_seconds > 1', ['there is no metric http_request_duration_seconds']],
    ['up{job="x"} == 0 or absent(threadlog_ready{role="worker"} offset 5m)', []],
    ['histogram_quantile(0.99, sum by (le, route) (rate(http_request_duration_seconds_bucket[5m])))', []],
  ])('%s is looked through', (expression, found) => {
    expect(strangersIn(expression, catalogue)).toEqual(found);
  });
});

describe.each(rules.map((rule) => [rule.alert, rule] as const))('the alert %s', (alert, rule) => {
  it('rests on metrics and labels that there are', () => {
    expect(strangersIn(rule.expr, catalogue)).toEqual([]);
  });

  it('says how bad it is, what it is, and what to do', () => {
    expect(rule.labels.severity).toMatch(/^(warning|critical)$/);
    expect(rule.annotations.summary.length).toBeGreaterThan(10);
    expect(rule.annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    const [, section = ''] = read('docs/operations.md').split(`\n### ${alert}\n`);
    const text = section.split(/\n##/)[0]!;
    expect(text).toMatch(/Confirm/);
    expect(text).toMatch(/[Cc]ure/);
  });

  it('is tested to fire', () => {
    expect(tests).toContain(`alertname="${alert}"}', value: 1`);
  });
});

test('the runbook has no section of an alert that there is not', () => {
  const [, section = ''] = read('docs/operations.md').split('\n## Alerts\n');
  const told = [...section.split('\n## ')[0]!.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
  expect(told.sort()).toEqual(rules.map(({ alert }) => alert).sort());
});

test('the alerts that outboxes have elsewhere are here, at their thresholds', () => {
  const of = (name: string) => rules.find(({ alert }) => alert === name);
  expect(of('OutboxBacklogHigh')).toMatchObject({
    expr: expect.stringMatching(/> 1000$/),
    for: '5m',
    labels: { severity: 'warning' },
  });
  expect(of('OutboxBacklogCritical')).toMatchObject({
    expr: expect.stringMatching(/> 5000$/),
    for: '2m',
    labels: { severity: 'critical' },
  });
  expect(of('OutboxPublishErrorsHigh')).toMatchObject({
    expr: expect.stringMatching(/> 10$/),
    labels: { severity: 'warning' },
  });
  expect(of('OutboxDLQIncreasing')).toMatchObject({
    expr: expect.stringMatching(/> 0$/),
    labels: { severity: 'warning' },
  });
  expect(of('OutboxProcessorStuck')).toMatchObject({ labels: { severity: 'critical' } });
});

const promtool = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'promtool'))
  .find((file) => existsSync(file));
const withPromtool = promtool
  ? test
  : (name: string, run: () => void) => test.skip(`${name} (there is no promtool: apt-get install prometheus)`, run);

withPromtool('Prometheus takes the rules and its configuration, and each alert fires at its time', () => {
  const run = (...args: string[]): string =>
    execFileSync(promtool!, args, { cwd: join(ROOT, 'deploy/prometheus'), encoding: 'utf8' });
  expect(run('check', 'config', 'prometheus.yml')).toMatch(/SUCCESS: \d+ rules found/);
  expect(run('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
});
