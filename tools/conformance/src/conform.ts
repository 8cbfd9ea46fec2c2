import { allCases } from './cases';
import { placeOf, readDocument, type Document } from './document';
import type { Options } from './options';
import { runCases, type Outcomes } from './runner';
import { createScene } from './scene';
import { servedEvents } from './sockets/served';

/** Holds a running system against every case that it can be asked. Prints a line per failure, and the totals. */
export async function conform(options: Options, print: (line: string) => void): Promise<Outcomes> {
  const document = await readDocument(options.url);
  const served = await whatIsServed(options, document);
  const cases = allCases.filter(({ name }) => options.only === null || name.includes(options.only));
  const outcomes = await runCases(cases, {
    concurrency: options.concurrency,
    timeoutMs: options.timeoutMs,
    missing: ({ needs }) => needs.find((need) => !served.has(placeOf(need))) ?? null,
    createScene: () => createScene(options, document),
    onFailure: ({ name, message }) => print(`FAILED ${name}: ${message}`),
  });
  for (const [missing, count] of missingOf(outcomes)) print(`not served: ${missing} (${count} cases)`);
  const { passed, failures, skipped } = outcomes;
  const notServed = skipped.length > 0 ? `, ${skipped.length} not served` : '';
  print(`${passed} passed, ${failures.length} failed${notServed}`);
  return outcomes;
}

async function whatIsServed(options: Options, document: Document): Promise<ReadonlySet<string>> {
  const events = options.realtime === null ? [] : await servedEvents(options);
  return new Set([
    ...document.routes,
    ...events.map((event) => `socket ${event}`),
    ...(options.realtime === null ? [] : ['socket']),
    ...(options.internalSecret === null ? [] : ['internal']),
  ]);
}

function missingOf({ skipped }: Outcomes): [string, number][] {
  const counts = new Map<string, number>();
  for (const { missing } of skipped) counts.set(missing, (counts.get(missing) ?? 0) + 1);
  return [...counts].sort();
}
