import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { keyOf, segment } from './question';
import { TOOLS } from './tools';

interface Schema {
  type?: string;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  [keyword: string]: unknown;
}
interface Operation {
  parameters?: { name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
const document = JSON.parse(readFileSync(join(__dirname, '../../../schemas/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

/** The route that each tool asks, and what the API calls an argument where that is something else. */
const ROUTES: Record<string, [string, string, Record<string, string>?]> = {
  list_threads: ['get', '/api/v1/threads'],
  read_thread: ['get', '/api/v1/threads/{threadId}/messages'],
  search: ['get', '/api/v1/search'],
  post_message: ['post', '/api/v1/threads/{threadId}/messages', { idempotencyKey: 'idempotency-key' }],
  react: ['put', '/api/v1/threads/{threadId}/messages/{messageId}/reactions/{emoji}'],
  who_is_here: ['get', '/api/conversations/{conversationId}/presence', { threadId: 'conversationId' }],
};
/** Ours alone, or said in words: a time's pattern is the API's business, and so is what JSON may hold. */
const OWN = ['react.remove', 'list_threads.updatedAfter', 'post_message.metadata'];
const BOUNDS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'pattern', 'enum'];

function boundsOf(schema: Schema): unknown {
  const { anyOf, items } = schema;
  const stated = anyOf?.find(({ type }) => type !== 'null') ?? schema;
  const own = BOUNDS.flatMap((keyword) => (stated[keyword] === undefined ? [] : [[keyword, stated[keyword]]]));
  return { ...Object.fromEntries(own), ...(items && { items: boundsOf(items) }) };
}

/** What the API's own document says of a tool's argument. */
function theirsOf(name: string, argument: string): Schema | undefined {
  const [method, path, renamed = {}] = ROUTES[name]!;
  const { parameters, requestBody } = document.paths[path]![method]!;
  const known = renamed[argument] ?? argument;
  const parameter = parameters?.find((one) => one.name === known);
  return parameter?.schema ?? requestBody?.content['application/json']?.schema.properties?.[known];
}

it.each(TOOLS.map((tool) => [tool.name, tool] as const))('%s has the limits of the API', (name, { input }) => {
  const { properties = {}, additionalProperties } = z.toJSONSchema(input, { io: 'input' }) as Schema;
  expect(additionalProperties).toBe(false);
  for (const [argument, schema] of Object.entries(properties)) {
    if (OWN.includes(`${name}.${argument}`)) continue;
    const theirs = boundsOf(theirsOf(name, argument)!);
    expect({ argument, bounds: boundsOf(schema) }).toEqual({ argument, bounds: theirs });
  }
});

it.each(['..', '.', '%2e%2E', '', 'x'.repeat(2_000)])('never lets %p be a part of a path', (threadId) => {
  for (const { question } of TOOLS.filter(
    ({ input }) => 'threadId' in input.shape && input.shape.threadId.def.type !== 'optional',
  ))
    expect(() => question({ threadId, messageId: 'm', emoji: '👍' })).toThrow('not_found');
});

it.each(['a/b', '../x', '%2e%2ex', 'a?b=c', 'a#b', 'a\\b', '\r\n', 'ü', '~'])('keeps %p one segment', (text) => {
  const segments = new URL(`http://host/x/${segment({ id: text }, 'id')}/y`).pathname.split('/');
  expect(segments).toHaveLength(4);
  expect(decodeURIComponent(segments[2]!)).toBe(text);
});

it.each([[{}], [null], [true], [undefined], ['\ud800']])('refuses %j as an id', (id) => {
  expect(() => segment({ id }, 'id')).toThrow('invalid_request');
});

describe('the key of a post', () => {
  const [post] = TOOLS.filter(({ name }) => name === 'post_message');
  const key = (args: object) => post!.question({ threadId: 't', content: 'x', ...args }).idempotencyKey;

  it('is made of what is posted and where, however it is written', () => {
    expect(key({})).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect(key({ replyTo: 'm', mentions: null })).toBe(
      post!.question({ replyTo: 'm', content: 'x', threadId: 't' }).idempotencyKey,
    );
    const others = [{}, { content: 'y' }, { threadId: 'u' }, { replyTo: 'm' }, { metadata: { a: 1 } }].map(key);
    expect(new Set(others).size).toBe(5);
  });

  it('is the caller’s where it names one', () => {
    expect(key({ idempotencyKey: 'mine' })).toBe('mine');
  });

  it.each([['a\r\nx-role: admin'], [''], ['ü'], [7], ['x'.repeat(256)], [['a']]])('is not %j', (given) => {
    expect(() => keyOf(given, [])).toThrow('invalid_request');
  });
});
