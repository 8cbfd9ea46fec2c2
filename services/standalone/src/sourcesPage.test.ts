import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CATALOGUE } from '@threadlog/events';
import { sourceLists } from './sourcesPage';

const ROOT = resolve(__dirname, '../../..');
const lists = new Map(sourceLists(ROOT).map(({ title, entries }) => [title, entries]));
const lineOf = (file: string, line: number): string => readFileSync(join(ROOT, file), 'utf8').split('\n')[line - 1]!;

test.each([...lists.keys()].filter((title) => title !== 'Routes'))(
  'each of the %s is named where it is said to be',
  (title) => {
    const entries = lists.get(title)!;
    expect(entries.length).toBeGreaterThan(10);
    for (const { name, file, line } of entries) expect(lineOf(file, line)).toContain(name);
  },
);

test('a route is looked up by its operation, which stands in one file', () => {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'schemas/openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operationId,
    })),
  );
  const routes = new Map(lists.get('Routes')!.map((route) => [route.name, route]));
  expect([...routes.keys()].sort()).toEqual(operations.map(({ name }) => name).sort());
  for (const { name, operationId } of operations) {
    const { file, line } = routes.get(name)!;
    expect(lineOf(file, line)).toContain(`'${operationId}'`);
  }
});

test('an event is where it is defined, not where it is described', () => {
  const events = lists.get('Events')!;
  expect(events.map(({ name }) => name)).toEqual(Object.keys(CATALOGUE));
  for (const { file, line } of events) expect(lineOf(file, line)).toContain('define');
});

test('tables, metrics and frames are those that there are', () => {
  const names = (title: string) => lists.get(title)!.map(({ name }) => name);
  expect(names('Tables')).toEqual(
    expect.arrayContaining(['messages', 'thread_members', 'keystore.keys', 'threadlog.generations']),
  );
  expect(names('Metrics')).toEqual(expect.arrayContaining(['projector_lag_records', 'http_request_duration_seconds']));
  expect(names('Socket events of the server')).toEqual(expect.arrayContaining(['message:new', 'hello', 'resync']));
  expect(names('Socket events of the server')).not.toContain('seq');
});
