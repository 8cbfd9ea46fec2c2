import type { Actor } from '@threadlog/auth';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { testActor } from '@threadlog/testing';
import type { Canaries } from './canaries';
import type { givenStandalone } from './standalone';

type Api = ReturnType<typeof givenStandalone>;

export const ann = testActor('ann');
export const bob = testActor('bob');
/** Came after the first four messages, and sees from there on. */
export const late = testActor('late');
/** Took part until before the first message. */
const gone = testActor('gone');
export const OUTSIDERS: Record<string, Actor> = {
  'a removed member': gone,
  'somebody else of the tenant': testActor('eve'),
  'the teacher of another learner': testActor('tom', { role: 'teacher', learnerScope: ['leo'] }),
  'the guardian of another learner': testActor('gus', { role: 'guardian', learnerScope: ['leo'] }),
  'another learner': testActor('leo', { role: 'learner' }),
  'the administrator of another tenant': testActor('root', { tenant: 'globex', role: 'admin', learnerScope: '*' }),
};

/** A thread of which somebody sees all, somebody the end, and the others nothing. */
export interface Hall {
  rootId: string;
  /** Branches off the first message. */
  subId: string;
  /** By name: `one` to `four` are hidden from who came late, `sub` is in the sub-thread, `five` and `six` are seen. */
  messages: Record<'one' | 'two' | 'three' | 'four' | 'sub' | 'five' | 'six', string>;
  /** What `late` must not be shown, and what nobody outside must. */
  hidden: { late: Canaries; outside: Canaries };
}

const HIDDEN = ['one', 'two', 'three', 'four'] as const;

export async function buildHall({ as }: Api): Promise<Hall> {
  const call = async <Body>(actor: Actor, method: string, path: string, body?: unknown): Promise<Body> => {
    const reply = await as(actor).call<Body>(method, path, body);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const members = { participantIds: ['bob', 'gone'], learnerId: null };
  const { id: rootId } = await call<ThreadResource>(ann, 'POST', '/api/v1/threads', {
    ...members,
    title: 'canaryroot',
  });
  const thread = `/api/v1/threads/${rootId}`;
  await call(ann, 'DELETE', `${thread}/participants/gone`);
  const post = async (content: string, more: object = {}, place = thread): Promise<string> =>
    (await call<MessageResource>(ann, 'POST', `${place}/messages`, { content, ...more })).id;
  const messages = {} as Hall['messages'];
  for (const name of HIDDEN) messages[name] = await post(`canary${name} aviary`);
  await call(ann, 'PATCH', `${thread}/messages/${messages.two}`, { content: 'canarytwo aviary again' });
  await call(ann, 'PUT', `${thread}/messages/${messages.two}/pin`);
  await call(bob, 'PUT', `${thread}/messages/${messages.three}/reactions/${encodeURIComponent('👍')}`);
  await call(bob, 'PUT', `${thread}/read`, { messageId: messages.three });
  const { id: subId } = await call<ThreadResource>(ann, 'POST', '/api/v1/threads', {
    ...{
      parentThreadId: rootId,
      rootMessageId: messages.one,
      title: 'canarytitle aviary',
      metadata: { kept: 'canarymeta' },
    },
  });
  messages.sub = await post('canarysub aviary', {}, `/api/v1/threads/${subId}`);
  await call(ann, 'POST', `${thread}/participants`, { userId: 'late', role: 'moderator', history: 'from_join' });
  messages.five = await post('seenfive aviary', { replyTo: messages.two });
  await call(ann, 'PUT', `${thread}/messages/${messages.five}/pin`);
  messages.six = await post('seensix aviary', { replyTo: messages.one });
  const { one, two, three, four, sub } = messages;
  const words = [...HIDDEN, 'title', 'sub', 'meta'].map((name) => `canary${name}`);
  const hidden = {
    words: [...words, one, two, three, four, sub, subId],
    indexes: [1, 2, 3, 4],
    counts: [6, 7],
  };
  const outside = {
    ...hidden,
    words: [...hidden.words, 'canaryroot', 'seenfive', 'seensix', messages.five, messages.six],
  };
  return { rootId, subId, messages, hidden: { late: hidden, outside } };
}
