import { PACES } from './driver/load';
import { parseBenchOptions } from './options';
import { ROWS } from './rows';
import { UsageError } from './system/options';

describe('options of the bench', () => {
  it('are a whole run of a system of our own by default', () => {
    expect(parseBenchOptions([])).toEqual({
      pace: PACES.normal,
      only: [],
      json: null,
      compare: null,
      profile: null,
      against: null,
      brokers: 1,
      given: null,
    });
  });

  it('choose pace, rows and files', () => {
    expect(parseBenchOptions(['--quick', '--only', 'ack, page', '--json', 'a', '--compare', 'b'])).toMatchObject({
      pace: PACES.quick,
      only: ['ack', 'page'],
      json: 'a',
      compare: 'b',
    });
  });

  it('name a running system', () => {
    const system = ['--url', 'http://host:1', '--realtime', 'http://host:2', '--secret', 's'];
    expect(parseBenchOptions(system).given).toEqual({
      url: 'http://host:1',
      realtime: 'http://host:2',
      tokens: { secret: 's', issuer: 'threadlog-dev' },
    });
  });

  it.each([
    [['--qiuck'], /--qiuck/],
    [['--only', 'ack,akc'], /no row akc/],
    [['--url', 'http://host'], /go together/],
    [['--url', 'host', '--realtime', 'http://host', '--secret', 's'], /host is not a URL/],
    [['--brokers', '2'], /one broker or three/],
    [['--brokers', '3', '--against', 'main'], /one system of our own/],
    [['--against', 'main', '--compare', 'b'], /two systems of its own/],
    [['--profile', 'p', '--url', 'http://h', '--realtime', 'http://h', '--secret', 's'], /system of its own/],
  ])('are refused with a word on what is wrong: %j', (argv, message) => {
    expect(() => parseBenchOptions(argv)).toThrow(UsageError);
    expect(() => parseBenchOptions(argv)).toThrow(message);
  });

  it('rows have names of their own', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });
});
