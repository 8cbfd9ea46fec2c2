import { allCases } from './cases';
import { parseOptions, UsageError } from './options';

test('needs a URL and a secret, and nothing else', () => {
  const options = parseOptions(['--url', 'http://localhost:4000/', '--secret', 's']);
  expect(options).toMatchObject({ url: 'http://localhost:4000', realtime: null, internalSecret: null, only: null });
  for (const args of [
    [],
    ['--url', 'x'],
    ['--url', 'x', '--secret', 's', '--nonsense'],
    ['--url', 'x', '--secret', 's', '--concurrency', '0'],
  ]) {
    expect(() => parseOptions(args)).toThrow(UsageError);
  }
});

test('every case has a name of its own', () => {
  const names = allCases.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
