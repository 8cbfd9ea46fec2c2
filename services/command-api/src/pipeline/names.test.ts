import { COMMANDS, CONTRACTS } from '@threadlog/commands';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFINITIONS } from '../commands/registry';

const SOURCE = join(__dirname, '..');
/** Everything that a command passes on its way, whatever it is. */
const ON_THE_WAY = ['router', 'pipeline', 'streams', 'ownership', 'store'].flatMap((folder) =>
  readdirSync(join(SOURCE, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`),
);

test.each([...ON_THE_WAY, 'http/commandRoute.ts', 'commands/define.ts'])(
  '%s knows no command by name, and none by the fields of its input',
  (path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8');
    const named = Object.keys(COMMANDS).filter((type) => text.includes(`'${type}'`) || text.includes(`"${type}"`));
    expect(named).toEqual([]);
    expect(text).not.toMatch(/\bcommand\.type ===|' in (?:command\.)?input\b|type\.startsWith\(/);
  },
);

test('every command that can be asked for is carried out, once', () => {
  expect(DEFINITIONS.map(({ contract }) => contract.type).toSorted()).toEqual(
    CONTRACTS.map(({ type }) => type).toSorted(),
  );
});

test('only what stands in a stream of its own type is loaded for a command', () => {
  const withParts = DEFINITIONS.filter(({ reads, replays }) => reads ?? replays);
  expect(new Set(withParts.map(({ stream }) => stream.type))).toEqual(new Set(['thread', 'user']));
});
