import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { givenSystemOf, systemFlags, UsageError } from '../system/options';
import type { GivenSystem } from '../system/system';

export interface DemoCommand {
  script: string;
  atOnce: number;
  given: GivenSystem | null;
}

/** `src` and `dist` are equally deep below the package. */
const DEFAULT_SCRIPT = resolve(__dirname, '..', '..', 'scripts', 'default.txt');
const DEFAULT_AT_ONCE = 8;

export const usage = `npm run demo [-- --script FILE] [--at-once N]

  --script FILE  a dialogue of "Speaker: text" lines; "# Title", "== Title ==", ACT and SCENE headings begin a scene
  --at-once N    scenes played at the same time (${DEFAULT_AT_ONCE})

Kafka, Postgres and the service are started for it. To play on a running system, such as that of npm start:
  --url URL --realtime URL --token-secret SECRET [--issuer ISSUER]`;

/** @throws UsageError for what is not an option, or makes no sense. */
export function parseDemoOptions(argv: string[]): DemoCommand {
  const { script, 'at-once': atOnce, 'token-secret': secret, ...system } = parse(argv);
  const count = Number(atOnce);
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new UsageError(`--at-once ${atOnce}: 1 to 64, please.`);
  return {
    script: script ? resolve(script) : DEFAULT_SCRIPT,
    atOnce: count,
    given: givenSystemOf({ ...system, secret: secret ?? system.secret }),
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        ...systemFlags,
        'token-secret': { type: 'string' },
        script: { type: 'string' },
        'at-once': { type: 'string', default: String(DEFAULT_AT_ONCE) },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
