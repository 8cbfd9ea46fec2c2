import { Session, type Profiler } from 'node:inspector';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandRoutes } from '@threadlog/command-api';
import type { CommandResult } from '@threadlog/commands';
import type { ThreadResource } from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

const ROOT = resolve(__dirname, '../../..');
const api = givenStandalone({ ROLES: 'projector,command-api', CHAT_PARTITIONS: '1' });
const ada = testActor('ada', { tenant: 'warm' });
const route = commandRoutes.find(({ operationId }) => operationId === 'postMessage')!;
/** Behind the append; and tests. */
const OTHERS = /^libs\/log\/|node_modules|\/testing\/|\.test\.ts$/;

/** Files of ours of which a function was called since the last look. What modules export by are getters, and no functions of ours. */
function calledSince(session: Session): string[] {
  const called: string[] = [];
  session.post('Profiler.takePreciseCoverage', (error, { result }: Profiler.TakePreciseCoverageReturnType) => {
    if (error) throw error;
    for (const { url, functions } of result) {
      const path = url.replace('file://', '');
      if (!path.startsWith(`${ROOT}/`) || OTHERS.test(path.slice(ROOT.length + 1))) continue;
      const ran = functions.filter(({ ranges, functionName }) => ranges[0]!.count > 0 && !/^get\b/.test(functionName));
      if (ran.length > 0) called.push(path.slice(ROOT.length + 1));
    }
  });
  return called;
}

/** As many may be passed at most: each is one that a reader of the way has to open. */
const MOST_FILES = 55;

/** The files that the architecture names. */
function told(): string[] {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const part = page.slice(page.indexOf('In a warm post of a message'), page.indexOf('With an idempotency key come'));
  const rows = [...part.matchAll(/^\| [^|`]+ \| (?:`([a-z-]+)`: )?((?:`[\w/]+` ?)+)\|$/gm)];
  return rows.flatMap(([, library, names]) => {
    const source = library ? `libs/${library}/src` : 'services/command-api/src';
    return [...names!.matchAll(/`([\w/]+)`/g)].map(([, name]) => `${source}/${name!}.ts`);
  });
}

test('a warm post passes the files that the architecture names, and few others, from its route to the append', async () => {
  const { body } = await api.as(ada).call<ThreadResource>('POST', '/api/v1/threads', { title: 'warm' });
  const post = async (content: string): Promise<CommandResult> => {
    let result!: CommandResult;
    const router = { execute: async (request: never) => (result = await api.router().execute(request)) };
    const input = { messageType: 'text', attachments: [], metadata: null, replyTo: null, mentions: [] };
    const request = {
      ...{ actor: ada, requestId: 'warm', headers: {}, params: { threadId: body.id } },
      body: { content, ...input, clientMessageId: null },
    };
    await route.handler(request as never, { router, logId: 'l', basePath: '', timeoutMs: 60_000 } as never);
    return result;
  };
  expect(await post('cold')).toMatchObject({ ok: true });

  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  // Once more where it was not warm: keys and leases have their time.
  await eventually(async () => {
    await post('before');
    calledSince(session);
    const posted = post('warm');
    // All of it runs in this turn of the event loop, the append included: nothing else runs in between.
    for (let microtask = 0; microtask < 100; microtask += 1) await Promise.resolve();
    const passed = calledSince(session);
    expect(await posted).toMatchObject({ ok: true });
    expect(passed).toContain('services/command-api/src/ownership/ownedPartition.ts');
    expect(told().length).toBeGreaterThan(40);
    expect(told().filter((file) => !passed.includes(file))).toEqual([]);
    expect(passed.length).toBeLessThanOrEqual(MOST_FILES);
  });
  session.disconnect();
});
