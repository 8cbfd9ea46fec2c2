import { tenantId } from '@threadlog/events';
import { createMemoryLog } from '@threadlog/log';
import { createSignals, signalTime } from '@threadlog/runtime';
import { createLogger } from '@threadlog/service';
import { eventually, testActor, threadStory } from '@threadlog/testing';
import type { Presence } from '../ports';
import { givenQueryApi } from '../testing/queryApi';
import { PRESENCE_USERS } from './schemas';

const [ada, ben, eve] = [testActor('ada'), testActor('ben'), testActor('eve')];
const admin = testActor('root', { role: 'admin' });
const foreign = testActor('ben', { tenant: 'globex' });
const ACME = tenantId('acme');

/** Two instances that hear each other on one topic: sockets are with the one, queries with the other. */
function twoInstances() {
  const topic = createMemoryLog({ topic: 'signals', partitions: 2, fenced: false });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const create = () => createSignals({ openTopic: () => Promise.resolve(topic), logger, sweepMs: 20 });
  const instances = [create(), create()] as const;
  const stop = new AbortController();
  const running = instances.map((instance) => instance.run(stop.signal));
  afterAll(async () => {
    stop.abort();
    await Promise.all(running);
  });
  return instances;
}

describe('presence', () => {
  const [sockets, queries] = twoInstances();
  const { api, given, read, refused } = givenQueryApi('postgres', { presence: queries.presence });
  const ask = async (actor: typeof ada, query: string) =>
    (await read<{ items: Presence[] }>(actor, `/api/v1/presence?${query}`)).items;
  const seenBy = async (actor: typeof ada, query: string) => (await ask(actor, query)).map(({ userId }) => userId);

  async function say(user_id: string, state: 'online' | 'offline', tenant = ACME): Promise<string> {
    const last_seen_at = signalTime(Date.now());
    const word = { user_id, state, instance: 'one', connections: 1, last_seen_at };
    // Nothing that is said before the topic was opened is heard, so it is said until it is.
    await eventually(async () => {
      sockets.publish(tenant, 'PRESENCE', word);
      expect(await queries.presence.of(tenant, [user_id])).toMatchObject([{ state, lastSeenAt: last_seen_at }]);
    });
    return last_seen_at;
  }

  beforeAll(async () => {
    const ended = threadStory({ threadId: 'ended', members: ['eve'] });
    ended.end();
    const left = threadStory({ threadId: 'left', members: ['fay'] });
    left.leave('fay');
    await given(
      threadStory({ threadId: 'shared', members: ['ben', 'cyd'], learnerId: 'lena' }),
      threadStory({ threadId: 'apart', owner: 'eve', members: ['dan'] }),
      threadStory({ threadId: 'elsewhere', tenant: 'globex', owner: 'ben', members: ['ada'] }),
      ended,
      left,
    );
  });

  it('tells what another instance has said, in the order asked for', async () => {
    const benSeen = await say('ben', 'online');
    const cydSeen = await say('cyd', 'offline');
    expect(await ask(ada, 'userIds=cyd,ben,ada')).toEqual([
      { userId: 'cyd', state: 'offline', lastSeenAt: cydSeen },
      { userId: 'ben', state: 'online', lastSeenAt: benSeen },
      { userId: 'ada', state: 'offline', lastSeenAt: null },
    ]);
    const later = await say('ben', 'offline');
    expect(await ask(ada, 'userIds=ben')).toEqual([{ userId: 'ben', state: 'offline', lastSeenAt: later }]);
  });

  it('takes a list, a repeated parameter, and both', async () => {
    expect(await seenBy(ada, 'userIds=ben&userIds=cyd')).toEqual(['ben', 'cyd']);
    expect(await seenBy(ada, 'userIds=ben,cyd&userIds=cyd,ada')).toEqual(['ben', 'cyd', 'ada']);
  });

  it('leaves out who shares no thread, alike whether online, unknown, gone from it or of another tenant', async () => {
    await say('eve', 'online');
    await say('dan', 'online');
    await say('fay', 'online');
    expect(await seenBy(ada, 'userIds=eve,dan,fay,nobody')).toEqual([]);
    expect(await seenBy(eve, 'userIds=ada,dan')).toEqual(['dan']);
    expect(await seenBy(ben, 'userIds=ada,lena')).toEqual(['ada']);
    await say('ada', 'online');
    expect(await ask(foreign, 'userIds=ada')).toEqual([{ userId: 'ada', state: 'offline', lastSeenAt: null }]);
  });

  it('is not opened by office or scope: only the caller itself is always told', async () => {
    const teacher = testActor('tom', { role: 'teacher', learnerScope: '*' });
    for (const actor of [admin, teacher]) expect(await seenBy(actor, `userIds=ada,${actor.id}`)).toEqual([actor.id]);
  });

  it('is bounded, and refuses what is no list of ids', async () => {
    const many = (n: number) => Array.from({ length: n }, (_, at) => `u${at}`).join(',');
    expect(await ask(ada, `userIds=${many(PRESENCE_USERS)}`)).toEqual([]);
    const invalid = { status: 400, code: 'invalid_request' };
    for (const query of [`userIds=${many(PRESENCE_USERS + 1)}`, '', 'userIds=', 'userIds=a,,b', 'userIds=a%00b']) {
      expect(await refused(ada, `/api/v1/presence?${query}`)).toEqual(invalid);
    }
    expect(await refused(ada, '/api/v1/presence?userIds=ben&userId=cyd')).toEqual(invalid);
  });

  it('requires a token, and the permission to read', async () => {
    expect(await api().get('/api/v1/presence?userIds=ben')).toMatchObject({ status: 401 });
    const mute = { ...ada, permissions: [] };
    expect(await refused(mute, '/api/v1/presence?userIds=ben')).toEqual({ status: 403, code: 'forbidden' });
  });
});
