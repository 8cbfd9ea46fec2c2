import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { masterKeyFrom, sealingConfigShape } from './config';

const schema = z.object(sealingConfigShape);
const [one, two] = [randomBytes(32), randomBytes(32)];

describe('configuration of sealing', () => {
  test.each([one.toString('base64'), one.toString('base64url'), one.toString('hex')])(
    'given a key in any usual spelling, when read, then it is the same master key',
    (text) => {
      const reference = masterKeyFrom({ SEALING_MASTER_KEY: one.toString('hex') });
      expect(masterKeyFrom(schema.parse({ SEALING_MASTER_KEY: text })).version).toBe(reference.version);
    },
  );

  test.each([undefined, '', 'secret', randomBytes(31).toString('base64'), randomBytes(33).toString('hex')])(
    'given a key that is none (%#), when read, then it is refused without being quoted',
    (text) => {
      const { error } = schema.safeParse({ SEALING_MASTER_KEY: text });
      expect(error?.issues).toHaveLength(1);
      if (text) expect(JSON.stringify(error?.issues)).not.toContain(text);
    },
  );

  test('given a former key, when something it wrapped is unwrapped, then it can be, and new keys are wrapped by the new one', async () => {
    const before = masterKeyFrom({ SEALING_MASTER_KEY: one.toString('base64') });
    const wrapped = await before.wrap(Buffer.from('a key'), 'context');
    const env = { SEALING_MASTER_KEY: two.toString('base64'), SEALING_MASTER_KEYS_OLD: ` ${one.toString('base64')}, ` };
    const after = masterKeyFrom(schema.parse(env));
    expect((await after.unwrap(wrapped, before.version, 'context')).toString()).toBe('a key');
    expect(after.version).not.toBe(before.version);
    await expect(after.unwrap(wrapped, before.version, 'elsewhere')).rejects.toMatchObject({ code: 'master_key' });
    await expect(before.unwrap(wrapped, after.version, 'context')).rejects.toMatchObject({ code: 'master_key' });
  });
});
