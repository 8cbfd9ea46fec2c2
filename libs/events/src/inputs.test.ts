import { z } from 'zod';
import { queryNumberSchema, usualNumberSchema } from './inputs';

describe('a number in a query', () => {
  const query = z.strictObject({
    since: queryNumberSchema(0),
    limit: usualNumberSchema({ min: 1, max: 200, usual: 50 }),
  });

  test.each([
    ['0', 0],
    ['7', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('is %s', (since, is) => expect(query.parse({ since })).toEqual({ since: is, limit: 50 }));

  test.each([
    ...['', ' ', '+1', '-1', '1.5', '1e3', '0x10', '0b1', '01', ' 1', '1 ', '1_000', '９', 'x', 'NaN', 'Infinity'],
    ...['9007199254740992', '1'.repeat(400), ['1', '2'], [], true, null, undefined],
  ])('is not %j', (since) => expect(query.safeParse({ since }).error?.issues).toMatchObject([{ path: ['since'] }]));

  test.each(['', '0', '201'])('is within its bounds, unlike %j', (limit) =>
    expect(query.safeParse({ since: '1', limit }).success).toBe(false),
  );

  test('is documented as one', () => {
    expect(z.toJSONSchema(query, { io: 'input' })).toMatchObject({
      properties: { since: { type: 'integer', minimum: 0 }, limit: { type: 'integer', minimum: 1, maximum: 200 } },
      required: ['since'],
    });
  });
});
