import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { METRIC } from '../sourcesPage';
import { metricsCatalogue, type CataloguedMetric } from './catalogue';
import { OF_THE_RUNTIME } from './page';

const ROOT = resolve(__dirname, '../../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
let catalogue: CataloguedMetric[];
let names: string[];
beforeAll(async () => {
  catalogue = await metricsCatalogue();
  names = catalogue.map(({ name }) => name);
});

test('every metric that the sources register is catalogued, and nothing else is', () => {
  const sources = globSync('{libs,services}/*/src/**/*.ts', { cwd: ROOT })
    .filter((path) => !path.endsWith('.test.ts'))
    .map(read)
    .filter((text) => text.includes("'prom-client'"));
  const registered = sources.flatMap((text) => [...text.matchAll(new RegExp(METRIC, 'g'))].map(([, name]) => name!));
  expect(names.filter((name) => !OF_THE_RUNTIME.test(name))).toEqual([...new Set(registered)].sort());
  // A name that the pattern does not know would be missed: each is made by one of these constructors.
  const made = sources.join('').match(/new (Counter|Gauge|Histogram|Summary)\(/g) ?? [];
  expect(new Set(registered).size).toBeGreaterThanOrEqual(made.length);
});

test('no label tells who somebody is', () => {
  const labels = new Set(catalogue.flatMap((metric) => metric.labels));
  expect(
    [...labels].filter((label) => /tenant|user|actor|learner|thread|conversation|message|endpoint/.test(label)),
  ).toEqual([]);
  expect(labels).toContain('partition');
});

test.each(['docs/operations.md', 'docs/agents.md', 'docs/webhooks.md', 'docs/privacy.md', 'docs/limits.md'])(
  '%s names metrics that there are',
  (page) => {
    const told = [
      ...read(page).matchAll(/`((?:threadlog|projector|realtime|http|grpc|outbox|process|nodejs)_[a-z0-9_]+)/g),
    ];
    expect(told.map(([, name]) => name!).filter((name) => !names.includes(name))).toEqual([]);
  },
);

test('counters end with _total, and histograms with their unit', () => {
  const own = catalogue.filter(({ name }) => !OF_THE_RUNTIME.test(name));
  for (const { name, type } of own) {
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
  }
});

test('the four figures of an outbox have the names that are known elsewhere', () => {
  expect(names.filter((name) => name.startsWith('outbox_'))).toEqual([
    'outbox_dlq_total',
    'outbox_pending_count',
    'outbox_processed_total',
    'outbox_publish_errors_total',
  ]);
});
