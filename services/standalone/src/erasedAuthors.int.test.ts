import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import {
  CATALOGUE,
  streamName,
  tenantId,
  type EventType,
  type Json,
  type PrivacyRequestResource,
  type Sealed,
} from '@threadlog/events';
import { compareGenerations, createGeneration } from '@threadlog/projector';
import { readCheckpoints } from '@threadlog/read-models';
import { SealingError } from '@threadlog/sealing';
import { eventually, testActor } from '@threadlog/testing';
import { io, type Socket } from 'socket.io-client';
import { readEvents } from './testing/erasureBed';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone, tokenOf } from './testing/standalone';

const TENANT = 'authors';
const exportDir = mkdtempSync(join(tmpdir(), 'threadlog-authors-'));
afterAll(() => rmSync(exportDir, { recursive: true, force: true }));

const port = freePort();
const environment: Record<string, string> = {
  ROLES: 'projector,command-api,query-api,realtime,worker',
  SEALING_KEY_CACHE_MS: '1000',
  ERASURE_GRACE_HOURS: '0',
  PROJECTOR_POLL_MS: '50',
  EXPORT_DIR: exportDir,
  REALTIME_HOST: '127.0.0.1',
};
beforeAll(async () => void (environment.REALTIME_PORT = String(await port)));
const api = givenStandalone(environment);
const scenes = scenesOf(api);
const ada = testActor('ada', { tenant: TENANT, role: 'teacher', learnerScope: '*' });
const ben = testActor('ben', { tenant: TENANT, role: 'teacher', learnerScope: '*' });
const office = officerOf(TENANT);

/** Every sealed field of the catalogue and whose it is; each is written by Ada, with a canary of its own. */
const FIELDS: Record<string, 'sender' | 'writer' | 'person'> = {
  'CHAT_THREAD_CREATED title': 'writer',
  'CHAT_THREAD_CREATED metadata': 'writer',
  'CHAT_THREAD_UPDATED title': 'writer',
  'CHAT_THREAD_UPDATED metadata': 'writer',
  'CHAT_MESSAGE_CREATED content': 'sender',
  'CHAT_MESSAGE_CREATED metadata': 'sender',
  'CHAT_MESSAGE_CREATED attachments': 'sender',
  'CHAT_MESSAGE_UPDATED content': 'sender',
  'CHAT_MESSAGE_UPDATED metadata': 'sender',
  'CHAT_MESSAGE_UPDATED attachments': 'sender',
  'CHAT_USER_SYNCED display_name': 'person',
  'CHAT_USER_SYNCED avatar_url': 'person',
  'CHAT_USER_SYNCED email': 'person',
  'CHAT_USER_SYNCED metadata': 'person',
};
const CANARIES = /canary[a-z]*/g;

test('every sealed field of the catalogue has an author here', () => {
  // What a tenant's endpoints and agents are made of is nobody's text: each has a key of its own, and goes with the tenant.
  const ofTenants: string[] = ['webhook', 'agent'];
  const types = (Object.keys(CATALOGUE) as EventType[]).filter((type) => !ofTenants.includes(CATALOGUE[type].stream));
  const sealed = types.flatMap((type) => CATALOGUE[type].sealed.map((field) => `${type} ${field}`));
  expect(Object.keys(FIELDS).sort()).toEqual(sealed.sort());
});

/** Ada writes each of the fields, last, in threads that Ben sees. */
async function write() {
  const titled = await scenes.thread(ada, {
    title: 'canarytitle of ada',
    metadata: { note: 'canarymeta of ada' },
    participantIds: ['ben'],
  });
  const renamed = await scenes.thread(ben, { title: 'by ben', metadata: { note: 'ben' }, participantIds: ['ada'] });
  await scenes.done(ben, 'participant.changeRole', { threadId: renamed, userId: 'ada', role: 'moderator' });
  const settings = { title: 'canaryrenamed by ada', metadata: { note: 'canaryremeta by ada' } };
  await scenes.done(ada, 'thread.update', { threadId: renamed, ...settings });
  await scenes.done(ada, 'participant.changeRole', { threadId: titled, userId: 'ben', role: 'moderator' });
  const below = await scenes.thread(ada, { parentThreadId: renamed, title: 'canarybelow of ada' });
  const text = (word: string) => ({
    content: `canary${word} content`,
    metadata: { note: `canary${word}meta` },
    attachments: [{ externalFileId: 'f1', label: `canary${word}file` }],
  });
  const messageId = await scenes.post(ada, renamed, 'to be edited');
  await scenes.done(ada, 'message.edit', { threadId: renamed, messageId, ...text('edited') });
  await scenes.done(ada, 'message.post', { threadId: renamed, ...text('posted') });
  await scenes.done(ben, 'message.post', { threadId: renamed, content: 'words of ben' });
  await scenes.done(officerOf(TENANT), 'user.sync', {
    userId: 'ada',
    displayName: 'canaryname',
    avatarUrl: 'https://example.com/canaryavatar',
    email: 'canarymail@example.com',
    metadata: { note: 'canaryprofile' },
  });
  await scenes.projected();
  return { titled, renamed, below };
}

test('what an erased person wrote is nowhere to be read', async () => {
  const { titled, renamed, below } = await write();
  const routes = [titled, renamed, below].flatMap((id) => [
    `/api/v1/threads/${id}`,
    `/api/v1/threads/${id}/messages`,
    `/api/v1/threads/${id}/changes?since=0`,
    `/api/v1/threads/${id}/participants`,
  ]);
  const everything = async () => {
    const shown: string[] = [];
    for (const route of [
      '/api/v1/threads',
      '/api/v1/search?q=canarytitle',
      '/api/v1/search?q=canaryrenamed',
      ...routes,
    ]) {
      const reply = await api.as(ben).call('GET', route);
      expect([route, reply.status]).toEqual([route, 200]);
      shown.push(JSON.stringify(reply.body));
    }
    return shown.join('\n');
  };
  const live = await connect(ben);
  await eventually(async () => expect(new Set((await everything()).match(CANARIES)).size).toBeGreaterThanOrEqual(12));
  expect(new Set((await openedLog()).match(CANARIES)).size).toBeGreaterThanOrEqual(Object.keys(FIELDS).length);
  expect(await exported({ userId: 'ada' })).toMatch(/canaryrenamed[^]*canarybelow|canarybelow[^]*canaryrenamed/);

  const asked = await privacy('delete', { userId: 'ada' });
  const receipt = await api.as(office).call<{ stores: Finding[] }>('GET', `/api/v1/privacy/requests/${asked}/receipt`);
  const written = receipt.body.stores.filter(({ what }) => what === 'titles and metadata written');
  expect(written).toMatchObject([{ checked: 3, remaining: 0 }]);
  await scenes.projected();

  const opened = await openedLog();
  expect(opened).toContain('words of ben');
  expect(opened.match(CANARIES)).toBeNull();
  const after = await everything();
  expect(after.match(CANARIES)).toBeNull();
  for (const id of [titled, renamed, below]) {
    const { body } = await api.as(ben).call('GET', `/api/v1/threads/${id}`);
    expect(body).toMatchObject({ title: '[erased]', titleState: 'erased', metadata: null });
  }
  expect(await exported({ userId: 'ben' })).not.toMatch(CANARIES);
  const { rows } = await api.runtime().database.query<{ whole: string }>(
    `select t::text as whole from read_1.threads t where tenant_id = $1 and (title is not null or metadata is not null)
     union all select s::text from read_1.message_search s where tenant_id = $1 and message_index = 0`,
    [TENANT],
  );
  expect(rows).toEqual([]);

  // Live it was told as erased, and who comes back is told nothing else.
  const frames = () => live.frames.filter(({ name }) => name === 'conversation:updated');
  await eventually(() => expect(frames().length).toBeGreaterThanOrEqual(3));
  expect(frames().at(-1)!.payload).toMatchObject({ title: '[erased]', titleState: 'erased' });
  const back = await connect(ben, { [titled]: 0, [renamed]: 0, [below]: 0 });
  await eventually(() =>
    expect(back.frames.filter(({ name }) => ['resumed', 'resync'].includes(name)).length).toBeGreaterThanOrEqual(3),
  );
  expect(JSON.stringify(back.frames)).not.toMatch(CANARIES);

  // Whoever writes another title owns it.
  await scenes.done(ben, 'thread.update', { threadId: titled, title: 'again by ben' });
  await scenes.projected();
  const again = await api.as(ben).call<object>('GET', `/api/v1/threads/${titled}`);
  expect(again.body).toMatchObject({ title: 'again by ben', metadata: null, metadataState: 'erased' });
  expect(again.body).not.toHaveProperty('titleState');
  await rebuiltTheSame();
}, 120_000);

interface Finding {
  what: string;
  checked: number;
  remaining: number;
}

/** Asks, and resolves with the request's id once it is completed. */
async function privacy(kind: 'delete' | 'export', body: object): Promise<string> {
  const asked = await api.as(office).call<PrivacyRequestResource>('POST', `/api/v1/privacy/${kind}`, body);
  expect(asked.status).toBe(202);
  await eventually(
    async () => {
      const found = await api.as(office).call('GET', `/api/v1/privacy/requests/${asked.body.id}`);
      expect(found.body).toMatchObject({ status: 'completed' });
    },
    { timeoutMs: 60_000 },
  );
  return asked.body.id;
}

/** What the log holds, as far as there are keys that open it. */
async function openedLog(): Promise<string> {
  const { sealing } = api.runtime();
  const texts: string[] = [];
  for (const event of await readEvents(api.runtime())) {
    const stream = streamName({ tenantId: event.tenant_id, type: event.stream_type, id: event.stream_id });
    for (const field of CATALOGUE[event.event_type].sealed) {
      const blob = (event.data as unknown as Record<string, Sealed | null | undefined>)[field];
      if (!blob) continue;
      await sealing.prepare(event.tenant_id, [blob]);
      texts.push(JSON.stringify(openedOr(null, () => sealing.open(event.tenant_id, blob, { stream, field }))));
    }
  }
  return texts.join('\n');
}

function openedOr<T>(otherwise: T, open: () => T | Json | undefined): T | Json | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof SealingError) return otherwise;
    throw error;
  }
}

/** All that is in the files of an export, in the clear. */
async function exported(who: object): Promise<string> {
  await privacy('export', who);
  const names = readdirSync(exportDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.zip'));
  expect(names.length).toBeGreaterThan(0);
  return names.map((name) => unzipped(readFileSync(join(exportDir, name)))).join('\n');
}

/** By the central directory, which alone has the sizes of what was streamed. */
function unzipped(zip: Buffer): string {
  const texts: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 4, 'latin1')) {
    const [method, size, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(start, start + size);
    texts.push((method === 8 ? inflateRawSync(data) : data).toString('utf8'));
  }
  return texts.join('\n');
}

interface Listening {
  frames: { name: string; payload: unknown }[];
}

const connected: Socket[] = [];
afterAll(() => connected.forEach((socket) => socket.close()));

async function connect(actor: typeof ada, resume?: Record<string, number>): Promise<Listening> {
  const options = { transports: ['websocket'], auth: { token: tokenOf(actor), resume }, forceNew: true };
  const socket = io(`http://127.0.0.1:${environment.REALTIME_PORT}`, options);
  connected.push(socket);
  const frames: Listening['frames'] = [];
  socket.onAny((name: string, payload: unknown) => frames.push({ name, payload }));
  await eventually(() => expect(frames[0]).toMatchObject({ name: 'hello' }), { timeoutMs: 20_000 });
  return { frames };
}

async function rebuiltTheSame(): Promise<void> {
  const { database, messageStore, sealing } = api.runtime();
  expect(await sealing.stateOf(tenantId(TENANT), { kind: 'subject', id: 'ada' })).toBe('destroyed');
  const generation = await createGeneration(database, 'postgres');
  await eventually(
    async () => {
      const reached = await readCheckpoints(database, generation);
      for (const [partition, { nextOffset }] of await readCheckpoints(database, 1))
        expect(reached.get(partition)?.nextOffset ?? 0).toBeGreaterThanOrEqual(nextOffset);
    },
    { timeoutMs: 30_000 },
  );
  const stores = [1, generation].map((each) => ({ generation: each, store: messageStore(each) }));
  await eventually(async () => expect(await compareGenerations(database, stores[0]!, stores[1]!)).toBe('equal'));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}
