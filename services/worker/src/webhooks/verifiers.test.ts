import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { tenantId } from '@threadlog/events';
import { ed25519KeyOf } from '@threadlog/sealing';
import { longOnly } from '@threadlog/testing';
import type { WebhookEvent } from './payload';
import { signedBody } from './sign';

const ROOT = resolve(__dirname, '../../../..');
const SCRIPTS = resolve(__dirname, '../testing');
/** Kept with the checkout: what was fetched once is not fetched again. */
const CACHE = join(ROOT, '.cache', 'verifiers');
const FETCH_MS = 60_000;
const GO_MOD = `module verify

go 1.22

require github.com/standard-webhooks/standard-webhooks/libraries v0.0.1
`;

interface Vector {
  what: string;
  secrets: string[];
  ed25519Seed?: string;
  event: WebhookEvent;
}
interface Delivery {
  secret: string;
  body: string;
  headers: Record<string, string>;
}
type Verifier = (deliveries: readonly Delivery[]) => boolean[];

/** What makes a verifier in a folder, once; whoever does it beside this one does the same. */
function prepared(name: string, make: (folder: string) => void): string {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, `${name}-`));
  try {
    make(made);
    if (!existsSync(folder)) renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}

function run(command: string, args: readonly string[], options: { cwd?: string; input?: string; env?: object } = {}) {
  const { env, ...rest } = options;
  return execFileSync(command, args, {
    ...{ encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], timeout: FETCH_MS },
    ...{ ...rest, ...(env && { env: env as NodeJS.ProcessEnv }) },
  });
}

const asJson = (deliveries: readonly Delivery[]) => ({ input: JSON.stringify(deliveries) });
const answers = (text: string) => JSON.parse(text) as boolean[];

function python(): Verifier {
  const folder = prepared('python-1.0.0', (target) => {
    run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', target, 'standardwebhooks==1.0.0']);
  });
  // The path goes by the program's own argument: where it looks otherwise stays as it is.
  const program = `import sys; sys.path.insert(0, sys.argv[1]); exec(open(sys.argv[2]).read())`;
  return (deliveries) =>
    answers(run('python3', ['-c', program, folder, join(SCRIPTS, 'verify.py')], asJson(deliveries)));
}

function go(): Verifier {
  const folder = prepared('go-0.0.1', (target) => {
    writeFileSync(join(target, 'go.mod'), GO_MOD);
    copyFileSync(join(SCRIPTS, 'verify.go'), join(target, 'main.go'));
    run('go', ['build', '-mod=mod', '-o', 'verify', '.'], { cwd: target });
  });
  return (deliveries) => answers(run(join(folder, 'verify'), [], asJson(deliveries)));
}

/** The verifier, or why there is none here. */
function found(verifier: () => Verifier): Verifier | string {
  try {
    return verifier();
  } catch (error) {
    return String((error as Error).message).split('\n')[0]!;
  }
}

const vectors = JSON.parse(readFileSync(join(ROOT, 'schemas/webhooks/vectors.json'), 'utf8')) as Vector[];
/** As the libraries take it: the base64 of the key. */
const asKey = (secret: string) => (secret.startsWith('whsec_') ? secret : Buffer.from(secret).toString('base64'));

/** The published vectors as they are sent now, to receivers with each of the secrets, and some that are not genuine. */
function deliveries(): { delivery: Delivery; isGenuine: boolean }[] {
  return vectors.flatMap(({ secrets, ed25519Seed, event }) => {
    const given = { ...event, tenantId: tenantId(event.tenantId) } as WebhookEvent;
    const ed25519 = ed25519Seed === undefined ? undefined : ed25519KeyOf(ed25519Seed);
    const { body, headers } = signedBody(given, { secrets, ed25519 }, new Date());
    const late = signedBody(given, { secrets, ed25519 }, new Date(Date.now() - 6 * 60_000));
    return secrets.map(asKey).flatMap((secret) => [
      { delivery: { secret, body, headers }, isGenuine: true },
      { delivery: { secret, body: `${body} `, headers }, isGenuine: false },
      { delivery: { secret, ...late }, isGenuine: false },
      { delivery: { secret: asKey('another secret of the operator'), body, headers }, isGenuine: false },
    ]);
  });
}

/** Fetched where it is asked for; where that cannot be, the test says why and holds nothing. */
function verifies(verifier: () => Verifier): void {
  const verify = found(verifier);
  if (typeof verify === 'string') {
    process.stderr.write(`not verified: ${verify}\n`);
    return;
  }
  const sent = deliveries();
  expect(verify(sent.map(({ delivery }) => delivery))).toEqual(sent.map(({ isGenuine }) => isGenuine));
}

jest.setTimeout(3 * FETCH_MS);
test('the verifier of Standard Webhooks for Python takes what is genuine, and nothing else', () => verifies(python));
longOnly(test)('the one for Go does', () => verifies(go));
