import fc from 'fast-check';
import { ProblemError } from '@threadlog/events';
import { decodeConsistencyToken, encodeConsistencyToken } from './consistencyToken';

describe('consistency token', () => {
  it('comes back as it was, whatever the log is called', () => {
    const token = fc.record({
      logId: fc.string({ minLength: 1, maxLength: 80, unit: fc.constantFrom(...'abcXYZ019-_/ .') }),
      partition: fc.integer({ min: 0, max: 999_999 }),
      offset: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(token, (value) => expect(decodeConsistencyToken(encodeConsistencyToken(value))).toEqual(value)),
    );
  });

  it('refuses whatever it did not make', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), (text) =>
        expect(() => decodeConsistencyToken(text)).toThrow(ProblemError),
      ),
    );
    const beyond = Buffer.from('v1 0 9999999999999999 log').toString('base64url');
    expect(() => decodeConsistencyToken(beyond)).toThrow('not a token');
  });
});
