import { Code, ConnectError } from '@connectrpc/connect';
import fc from 'fast-check';
import { createEnvelop, messageIn } from './envelope';

const codeOf = (body: Buffer, maxBytes = 100): Code => {
  try {
    messageIn(body, maxBytes);
  } catch (error) {
    return ConnectError.from(error).code;
  }
  throw new Error('it was taken');
};
const head = (flag: number, length: number, message = '') =>
  Buffer.concat([Buffer.from([flag, 0, 0, 0, 0]).fill(length, 4), Buffer.from(message)]);

describe('a body of one message', () => {
  const envelop = createEnvelop();

  it('gives back what was put in', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        const body = envelop((bytes) => {
          bytes.buffer.set(message, bytes.length);
          bytes.length += message.length;
        });
        expect([...messageIn(body, 300)]).toEqual([...message]);
      }),
    ));

  it('is taken up to its limit, and no further', () => {
    expect(messageIn(head(0, 100, 'x'.repeat(100)), 100)).toHaveLength(100);
    expect(codeOf(head(0, 101, 'x'.repeat(101)))).toBe(Code.ResourceExhausted);
    // Whatever follows, what is announced is too large already.
    expect(codeOf(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))).toBe(Code.ResourceExhausted);
  });

  it.each([
    ['nothing', Buffer.alloc(0), Code.Unimplemented],
    ['half a head', Buffer.from([0, 0, 0]), Code.InvalidArgument],
    ['less than it says', head(0, 4, 'abc'), Code.InvalidArgument],
    ['more than it says', head(0, 2, 'abc'), Code.Unimplemented],
    ['a message that is compressed', head(1, 3, 'abc'), Code.Internal],
  ])('is refused: %s', (_what, body, code) => {
    expect(codeOf(body)).toBe(code);
  });
});
