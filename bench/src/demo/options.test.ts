import { UsageError } from '../system/options';
import { userIdOf } from './cast';
import { parseDemoOptions } from './options';

describe('options of the demo', () => {
  it('are the default script on a system of our own', () => {
    const { script, atOnce, given } = parseDemoOptions([]);
    expect(script).toMatch(/bench\/scripts\/default\.txt$/);
    expect([atOnce, given]).toEqual([8, null]);
  });

  it.each([['--secret'], ['--token-secret']])('name a running system, its secret by %s', (flag) => {
    const argv = ['--url', 'http://h:1', '--realtime', 'http://h:2', flag, 's', '--issuer', 'i', '--script', '/a/play'];
    expect(parseDemoOptions(argv)).toEqual({
      script: '/a/play',
      atOnce: 8,
      given: { url: 'http://h:1', realtime: 'http://h:2', tokens: { secret: 's', issuer: 'i' } },
    });
  });

  it.each([[['--at-once', '0']], [['--at-once', 'many']], [['--skript', 'x']], [['--url', 'http://h']]])(
    'are refused: %j',
    (argv) => {
      expect(() => parseDemoOptions(argv)).toThrow(UsageError);
    },
  );
});

describe('the user of a speaker', () => {
  it('has an id that the API takes, its own for each name, the same in every normal form', () => {
    const names = ['Ada', 'ADA', 'Ada Lovelace', 'Ada-Lovelace', '王老师', '🦊', 'é', 'x'.repeat(80)];
    const ids = names.map(userIdOf);
    expect(new Set(ids).size).toBe(names.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._@|+-]{1,128}$/);
    expect(userIdOf('e\u0301')).toBe(userIdOf('é'));
  });
});
