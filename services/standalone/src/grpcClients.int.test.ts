import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '@threadlog/auth';
import { Code } from '@connectrpc/connect';
import type { ThreadResource } from '@threadlog/events';
import { scale, testActor } from '@threadlog/testing';
import { givenStandalone, tokenOf } from './testing/standalone';

const ROOT = join(__dirname, '../../..');
const MODULE = 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3';
/** With Go's caches filled it takes some seconds; without them it would hold up everybody else's tests, as it may in the long form. */
const BUILD_MS = scale({ short: 30_000, long: 300_000 });

/** The folder with grpcurl, built once where there is Go, or why there is none. */
function builtGrpcurl(): { folder: string } | { missing: string } {
  const folder = join(ROOT, '.cache/grpcurl');
  if (existsSync(join(folder, 'grpcurl'))) return { folder };
  if (spawnSync('go', ['version']).status !== 0) return { missing: 'there is no Go' };
  const env = { ...process.env, GOBIN: folder };
  const { status, stderr } = spawnSync('go', ['install', MODULE], { env, timeout: BUILD_MS, encoding: 'utf8' });
  return status === 0 ? { folder } : { missing: `it could not be built: ${stderr.slice(-300)}` };
}

const built = builtGrpcurl();
if ('missing' in built) process.stderr.write(`Without grpcurl its tests are left out: ${built.missing}\n`);
const withGrpcurl = 'folder' in built ? describe : describe.skip;
const PATH = `${'folder' in built ? `${built.folder}:` : ''}${process.env.PATH}`;

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,grpc' });
const ada = testActor('ada');
const address = () => new URL(api.grpc()).host;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}
function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, PATH, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

async function conversation(): Promise<string> {
  return (await api.as(ada).call<ThreadResource>('POST', '/api/v1/threads', {})).body.id;
}

/** A block of code of a page that has all of these words; what it names is there in the checkout. */
function blockOf(page: string, ...words: string[]): string {
  const blocks = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```\w+\n(.*?)^```$/gms);
  const block = [...blocks].find(([text]) => words.every((word) => text.includes(word)))?.[1];
  if (!block) throw new Error(`${page} has no such block`);
  return block;
}

withGrpcurl('grpcurl', () => {
  const authorized = (actor: Actor) => ['-H', `authorization: Bearer ${tokenOf(actor)}`];
  const grpcurl = (headers: string[], request: object, method: string) =>
    run('grpcurl', [
      '-plaintext',
      ...headers,
      '-d',
      JSON.stringify(request),
      address(),
      `chat.v1.ChatService/${method}`,
    ]);
  /** As grpcurl ends where a call was refused. */
  const exitOf = (code: Code) => 64 + code;

  it('sends and reads as its users do, and is told what was wrong', async () => {
    const conversation_id = await conversation();
    const request = { conversation_id, content: 'Hello, World!', idempotency_key: 'unique-key-123' };
    const sent = await grpcurl(authorized(ada), request, 'SendMessage');
    expect([sent.code, sent.err]).toEqual([0, '']);
    const { message } = JSON.parse(sent.out) as { message: { id: string } };
    expect(message).toMatchObject({ conversationId: conversation_id, content: 'Hello, World!' });
    const page = await grpcurl(authorized(ada), { conversation_id, limit: 50 }, 'GetMessages');
    expect(JSON.parse(page.out)).toEqual({ messages: [message] });

    const again = await grpcurl(authorized(ada), request, 'SendMessage');
    expect([again.code, again.err.includes('AlreadyExists'), again.err.includes(message.id)]).toEqual([
      exitOf(Code.AlreadyExists),
      true,
      true,
    ]);
    const nobody = await grpcurl([], { conversation_id, limit: 50 }, 'GetMessages');
    expect(nobody.code).toBe(exitOf(Code.Unauthenticated));
    const hidden = await grpcurl(authorized(testActor('eve')), { conversation_id }, 'GetMessages');
    expect([hidden.code, hidden.err.includes('"reason": "NOT_FOUND"')]).toEqual([exitOf(Code.NotFound), true]);
  });

  it('does what the README shows', async () => {
    const block = blockOf('README.md', 'grpcurl', 'SendMessage');
    const command = block.split(/(?<=&)\n/).at(-1)!;
    const shown = command.replace('localhost:9090', address()).replace('THREAD', await conversation());
    const { code, out, err } = await run('sh', ['-c', shown], { TOKEN: tokenOf(ada) });
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ message: { content: 'Hello!' } });
  });
});

it('a Node program that docs/api.md shows sends a message', async () => {
  const program = blockOf('docs/api.md', '@grpc/grpc-js', 'SendMessage').replace('localhost:9090', address());
  const env = { CHAT_TOKEN: tokenOf(ada), THREAD: await conversation() };
  const { code, out, err } = await run(process.execPath, ['--input-type=module', '--eval', program], env);
  expect([code, err, out]).toEqual([0, '', 'sent as number 1\n']);
});
