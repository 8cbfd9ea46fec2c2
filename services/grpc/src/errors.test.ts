import { Code } from '@connectrpc/connect';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PROBLEMS } from '@threadlog/events';
import { CODES, errorOf, outcomeOf } from './errors';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from './gen/google/rpc/error_details_pb';

const page = readFileSync(resolve(__dirname, '../../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  const told = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].flatMap(([, status, codes]) =>
    [...codes!.matchAll(/`([a-z_]+)`/g)].map(([, code]) => [code!, status!.toLowerCase()]),
  );

  it('says what each problem becomes', () => {
    const expected = Object.entries(CODES).map(([code, status]) => [code, outcomeOf({ code: status })]);
    expect(told.toSorted()).toEqual(expected.toSorted());
    expect(told).toHaveLength(Object.keys(PROBLEMS).length);
  });
});

describe('a problem as an error', () => {
  it('names its fields as the proto file does, wherever they stood', () => {
    const pointers = [
      '/content',
      '/attachments/0/external_file_id',
      '/beforeTimestamp',
      '/query/cursor',
      '/mentions/12',
    ];
    const errors = pointers.map((pointer) => ({ pointer, code: 'too_big', message: 'x' }));
    const error = errorOf({ code: 'invalid_request', detail: 'x', errors }, { requestId: 'r' });
    expect(error.code).toBe(Code.InvalidArgument);
    const [bad] = error.details.filter((one) => 'desc' in one && one.desc === BadRequestSchema);
    const { fieldViolations } = (bad as unknown as { value: { fieldViolations: { field: string; reason: string }[] } })
      .value;
    expect(fieldViolations.map(({ field }) => field)).toEqual([
      ...['content', 'attachments[0].external_file_id', 'before_timestamp', 'cursor', 'mentions[12]'],
    ]);
    expect(fieldViolations[0]?.reason).toBe('TOO_BIG');
  });

  it('says when to come again, and why', () => {
    const error = errorOf({ code: 'rate_limited', detail: 'x', retryAfter: 1.2 }, { requestId: 'r' });
    expect(error.details).toContainEqual({ desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n } } });
    expect(error.details).toContainEqual({
      desc: ErrorInfoSchema,
      value: { reason: 'RATE_LIMITED', domain: 'threadlog' },
    });
  });
});
