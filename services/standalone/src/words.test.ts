import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');

/** Words that had another name once (which may be quoted, where something of then is read), and phrases that say less than they seem to; with what to say: see docs/glossary.md. */
const FORMER: Readonly<Record<string, RegExp>> = {
  'emitVolatile, for whisper': /\bwhisper/i,
  'publisher or listener, for teller': /\bteller\b/i,
  'owned partition, for tenure': /\btenures?\b/i,
  'thread_members, for rosters': /(?<![`'])\brosters?\b(?![`'])/i,
  'again or rebuilt, for anew': /\banew\b/i,
  'unauthenticated connections and slots of sockets, for strangers and seats':
    /\b(?:create|count)(?:Strangers?|Seats)\b/,
  'safe to repeat, for what may be done twice': /\bdone twice comes\b|\bbears? to be done\b/i,
};

const pages = globSync(
  [
    '{libs,services,tools}/*/{src/**/*.ts,README.md}',
    'bench/{src/**/*.ts,README.md}',
    'e2e/**/*.ts',
    '*.md',
    'docs/*.md',
  ],
  {
    cwd: ROOT,
    exclude: (path) => /(^|\/)(node_modules|dist)$|words\.test\.ts$/.test(path),
  },
);

test.each(Object.entries(FORMER))('everybody says %s', (_wanted, former) => {
  expect(pages.length).toBeGreaterThan(500);
  const found = pages.flatMap((page) =>
    readFileSync(join(ROOT, page), 'utf8')
      .split('\n')
      .flatMap((line, at) => (former.test(line) ? [`${page}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
