import { commandRoutes } from '@threadlog/command-api';
import { CLIENT_EVENTS, type ClientEventName, type MessageResource, type ThreadResource } from '@threadlog/events';
import { queryRoutes } from '@threadlog/query-api';
import { decodeConsistencyToken, type Route } from '@threadlog/service';
import { cleanupAfterAll, hostileInputs, testStack, type HostileInput } from '@threadlog/testing';
import { workerRoutes } from '@threadlog/worker';
import { io, type Socket } from 'socket.io-client';
import { createAttack, type Attack } from './support/attack';
import { exportOf } from './support/exported';
import { cli } from './support/operator';
import { clientOf, tokenOf, type Client } from './support/people';
import { createSystem, SECRETS, type System } from './support/system';

const TENANT = 'attacked';
const ADA = { id: 'ada', tenant: TENANT };
const BEN = { id: 'ben', tenant: TENANT };
const ROOT = { id: 'root', tenant: TENANT, role: 'admin' };
const PARTITIONS = 12;
/** At a time: each may send so many commands a second and no more. */
const SOCKETS = 6;

const routes: Route[] = [...commandRoutes, ...queryRoutes, ...workerRoutes];
const nameOf = ({ method, path }: Route): string => `${method.toUpperCase()} ${path}`;

jest.setTimeout(600_000);

/**
 * Every leaf of every request body, path, query and socket command, with every hostile value: each is refused or
 * becomes something that every reader can fold. What the routes take is read off their schemas, so that a new route, or
 * a new field, is attacked without anybody thinking of it.
 */
describe('whatever is sent by whomever', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let system: System;
  let env: Record<string, string>;
  let attack: Attack;
  let ada: Client;

  beforeAll(async () => {
    const shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: stack.topicPrefix(),
    };
    system = await createSystem({ ...shared, env: { CHAT_PARTITIONS: String(PARTITIONS) } }, cleanups);
    await system.start();
    env = {
      ENVIRONMENT: 'test',
      ...SECRETS,
      KAFKA_BROKERS: shared.kafkaBrokers.join(','),
      KAFKA_TOPIC_PREFIX: shared.topicPrefix,
      DATABASE_URL: shared.databaseUrl,
      CHAT_PARTITIONS: String(PARTITIONS),
    };
    ada = clientOf(system.api, ADA);
    attack = await createAttack(system.api, ADA, ROOT);
  });

  const withBody = routes.filter(({ body }) => body).map((route) => [nameOf(route), route] as const);
  test.each(withBody)('%s answers every body soon, shortly and without a fault', async (_name, route) => {
    expect(await attack.bodies(route)).toEqual([]);
  });

  test.each(routes.map((route) => [nameOf(route), route] as const))(
    '%s answers every path, query and header so',
    async (_name, route) => {
      expect(await attack.addresses(route)).toEqual([]);
    },
  );

  const events = Object.keys(CLIENT_EVENTS) as ClientEventName[];
  test.each(events)('%s answers every payload', async (event) => {
    const faults: string[] = [];
    const waiting = hostileInputs(CLIENT_EVENTS[event], attack.payload(event)).values();
    const sendAll = async (): Promise<void> => {
      const socket = await connected(system.realtime, ADA.id);
      for (const input of waiting) {
        const fault = await faultOfPayload(socket, event, input);
        if (fault) faults.push(`${input.name}: ${fault}`);
      }
      socket.disconnect();
    };
    await Promise.all(Array.from({ length: SOCKETS }, sendAll));
    expect(faults).toEqual([]);
  });

  test('a frame that is nested without an end costs its sender a refusal or the connection, and nobody else anything', async () => {
    const socket = await connected(system.realtime, 'deep');
    const other = await connected(system.realtime, 'other');
    const over = Promise.withResolvers<void>();
    socket.on('disconnect', () => over.resolve());
    socket.on('error' as never, () => over.resolve());
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    (socket.io.engine as unknown as { write(packet: string): void }).write(`2["message:send",${deep}]`);
    await over.promise;
    expect(await other.timeout(10_000).emitWithAck('presence:ping', {})).toHaveProperty('serverTime');
    for (const one of [socket, other]) one.disconnect();
  });

  test('what stopped partitions before is refused on every surface', async () => {
    const { message, thread } = attack.place;
    const statuses = [
      await attack.send('POST', `/api/messages/${message}/reactions`, '{"emoji":"\\ud83d"}'),
      await attack.send('PATCH', `/api/v1/threads/${thread}/preferences`, '{"mutedUntil":"9999-12-31T23:59:59-01:00"}'),
      await attack.send('POST', '/api/v1/privacy/delete', '{"userId":"x","executeAfter":"9999-12-31T23:59:59-01:00"}'),
      await attack.send(
        'POST',
        `/api/v1/threads/${thread}/messages`,
        '{"content":"x","metadata":{"a":9007199254740993}}',
      ),
      await attack.send('POST', `/api/v1/threads/${thread}/messages`, '{"content":"x","metadata":{"__proto__":{}}}'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 400, 400]);
  });

  describe('afterwards', () => {
    test('members can still leave and be removed, and what they wrote is read', async () => {
      const { thread } = attack.place;
      const removed = await ada.call('DELETE', `/api/v1/threads/${thread}/participants/ben`);
      expect(removed.status).toBe(204);
      const headers = { 'x-consistency-token': removed.headers.get('x-consistency-token')! };
      const page = await ada.call<{ messages: MessageResource[] }>(
        'GET',
        `/api/v1/threads/${thread}/messages?limit=200`,
        undefined,
        headers,
      );
      expect(page.status).toBe(200);
      expect(page.body.messages.length).toBeGreaterThan(20);
      const his = await clientOf(system.api, BEN).call('GET', `/api/v1/threads/${thread}`, undefined, headers);
      expect(his.status).toBe(404);
    });

    test('other tenants read their own writes on all partitions', async () => {
      expect([...(await writtenAndRead(system.api)).keys()]).toHaveLength(PARTITIONS);
    });

    test('an export of who attacked is made, and has what was taken', async () => {
      const ask = () => exportOf(clientOf(system.api, ROOT), system.api, { userId: ADA.id });
      // Erasures that the attack asked for may end meanwhile, and take the file with them: it is asked for once more then.
      const isGone = (error: Error) => error.message.startsWith('download: 410');
      const untilThere = (): ReturnType<typeof ask> =>
        ask().catch((error: Error) => (isGone(error) ? untilThere() : Promise.reject(error)));
      const { messages } = await untilThere();
      expect(messages.length).toBeGreaterThan(20);
    });

    test('nothing was kept from the log, nothing is parked, and all is ready', async () => {
      expect(await unready(system)).toEqual([]);
      expect((await cli(env, ['quarantine', 'list'])).json).toMatchObject({ records: [] });
      const metrics = await (await fetch(`${system.ops}/metrics`)).text();
      expect(metrics).toContain('threadlog_unappendable_events_total 0');
    });

    test('a restart is ready again, and reads what was written', async () => {
      expect(await system.stop()).toBe(0);
      await system.start();
      expect(await unready(system)).toEqual([]);
      expect([...(await writtenAndRead(system.api)).keys()]).toHaveLength(PARTITIONS);
      expect((await ada.call<ThreadResource>('GET', `/api/v1/threads/${attack.place.thread}`)).status).toBe(200);
    });
  });

  async function connected(url: string, id: string): Promise<Socket> {
    const auth = { token: tokenOf({ id, tenant: TENANT }) };
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
    await new Promise<void>((resolve, reject) => {
      socket.once('hello', () => resolve());
      socket.once('connect_error', reject);
    });
    return socket;
  }
});

/** Null for an answer that is a refusal or a resource; a fault of ours, or none at all, is named. */
async function faultOfPayload(socket: Socket, event: string, { json }: HostileInput): Promise<string | null> {
  for (;;) {
    if (!socket.connected) return 'the connection is gone';
    const answer = (await socket.timeout(10_000).emitWithAck(event, JSON.parse(json) as unknown)) as {
      code?: string;
      status?: number;
    } | null;
    if (answer?.code !== 'rate_limited') {
      if (answer?.code === 'internal') return 'internal';
      return JSON.stringify(answer).length > 600_000 ? 'a long answer' : null;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Threads of another tenant until every partition had one: each is read at once by its token. */
async function writtenAndRead(api: string): Promise<Map<number, string>> {
  const eve = clientOf(api, { id: 'eve', tenant: 'quiet' });
  const found = new Map<number, string>();
  for (let tries = 0; found.size < PARTITIONS && tries < 400; tries += 1) {
    const created = await eve.call<ThreadResource>('POST', '/api/v1/threads', { title: `quiet ${tries}` });
    expect(created.status).toBe(201);
    const { partition } = decodeConsistencyToken(created.headers.get('x-consistency-token')!);
    if (found.has(partition)) continue;
    const posted = await eve.call<MessageResource>('POST', `/api/v1/threads/${created.body.id}/messages`, {
      content: 'mine',
    });
    const headers = { 'x-consistency-token': posted.headers.get('x-consistency-token')! };
    const path = `/api/v1/threads/${created.body.id}/messages`;
    const read = await eve.call<{ messages: MessageResource[] }>('GET', path, undefined, headers);
    expect([partition, read.status, read.body.messages.map(({ content }) => content)]).toEqual([
      partition,
      200,
      ['mine'],
    ]);
    found.set(partition, created.body.id);
  }
  return found;
}

async function unready({ api, realtime, ops }: System): Promise<string[]> {
  const answers = await Promise.all([api, realtime, ops].map((url) => fetch(`${url}/readyz`)));
  return Promise.all(answers.filter(({ ok }) => !ok).map((answer) => answer.text()));
}
