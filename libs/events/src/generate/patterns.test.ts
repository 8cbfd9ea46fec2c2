import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../../schemas');
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

function patternsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === 'pattern' && typeof part === 'string' ? [part] : patternsIn(part),
  );
}

/** What Python's `re` or Go's RE2 do not know, or read otherwise than ECMAScript. */
const FOREIGN: [string, RegExp][] = [
  ['Unicode classes', /\\[pP]/],
  ['escapes of code points', /\\u|\\c|\\x(?![0-9a-fA-F]{2})/],
  ['look-around', /\(\?[=!<]/],
  ['references', /\\[1-9k]/],
  ['classes that know Unicode in some', /\\[sSwWbB]/],
  ['set operations', /&&|--|\[\[|~~|\|\|/],
  ['repetitions beyond a thousand', /\{\d{4,}|,\d{4,}\}/],
];

test('there are schemas', () => expect(files.length).toBeGreaterThan(60));

test.each(files)('the patterns of %s mean the same in ECMAScript, Python and Go', (file) => {
  for (const pattern of patternsIn(JSON.parse(readFileSync(join(ROOT, file), 'utf8')))) {
    for (const [what, fault] of FOREIGN) expect([what, pattern, fault.test(pattern)]).toEqual([what, pattern, false]);
    expect(() => new RegExp(pattern, 'u')).not.toThrow();
  }
});

test('the catalogue, the feed and the document agree: every feed record is named in AsyncAPI', () => {
  const document = JSON.parse(readFileSync(join(ROOT, 'asyncapi.json'), 'utf8')) as {
    channels: Record<string, { messages: Record<string, unknown> }>;
    components: { messages: Record<string, { payload: { schema: { $ref: string } } }> };
  };
  const told = Object.keys(document.channels.feed!.messages);
  const schemas = told.map((name) => document.components.messages[name]!.payload.schema.$ref.replace('./', ''));
  expect(schemas.sort()).toEqual(files.filter((file) => file.startsWith('feed/')).sort());
});
