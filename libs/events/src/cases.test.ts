import { z } from 'zod';
import { eitherCase } from './cases';

const schema = eitherCase(z.object({ conversation_id: z.string(), limit: z.int().optional(), metadata: z.json() }));

describe('eitherCase', () => {
  it('takes fields in either case, and leaves what is inside them alone', () => {
    const metadata = { conversationId: 1, nested_key: { someKey: 2 } };
    const expected = { conversation_id: 'c', metadata };
    expect(schema.parse({ conversation_id: 'c', metadata })).toEqual(expected);
    expect(schema.parse({ conversationId: 'c', metadata })).toEqual(expected);
  });

  it('prefers snake case where both are there, whichever comes first', () => {
    for (const both of [
      { conversation_id: 'snake', conversationId: 'camel', metadata: null },
      { conversationId: 'camel', conversation_id: 'snake', metadata: null },
    ])
      expect(schema.parse(both)).toEqual({ conversation_id: 'snake', metadata: null });
  });

  it('names a missing field in snake case', () => {
    expect(schema.safeParse({ metadata: null }).error?.issues[0]?.path).toEqual(['conversation_id']);
  });

  it.each([null, 'text', [], 7])('refuses %j', (given) => {
    expect(schema.safeParse(given).success).toBe(false);
  });

  it('takes no prototype from a request', () => {
    const given: unknown = JSON.parse('{"__proto__": {"conversation_id": "x"}, "metadata": null}');
    expect(schema.safeParse(given).success).toBe(false);
  });
});
