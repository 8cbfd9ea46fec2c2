import { canSee, may, visibleFromIndex, type Actor, type ThreadAccess } from '@threadlog/auth';
import { rootThreadId, type MessageResource, type ThreadResource } from '@threadlog/events';
import {
  createPeersQuery,
  createReadingQueries,
  createStatements,
  createThreadQueries,
  createThreadsOfQuery,
  createViewerStateQuery,
  type MessageRow,
  type ParticipantRow,
  type ThreadRow,
} from '@threadlog/read-models';
import { foldRows, testActor, threadStory, type FoldedRows, type ThreadStory } from '@threadlog/testing';
import fc from 'fast-check';
import { listThreads } from './threads/list';
import { givenQueryApi } from './testing/queryApi';

const PEOPLE = ['ada', 'ben', 'cyd', 'dan', 'eve', 'lena', 'leo'];
const LEARNERS = [null, null, 'lena', 'leo', 'eve'];
const ROOTS = 14;

const STEPS = ['post', 'join', 'joinLate', 'leave', 'remove', 'branch', 'postBelow', 'end'] as const;
/** What happens in a root and in its sub-threads: who does what, one after another. */
const step = fc.record({
  what: fc.constantFrom('post', 'post', ...STEPS),
  who: fc.integer({ min: 0, max: PEOPLE.length - 1 }),
  pick: fc.nat(100),
});
const worlds = fc.record({
  learners: fc.array(fc.constantFrom(...LEARNERS), { minLength: ROOTS, maxLength: ROOTS }),
  steps: fc.array(fc.array(step, { minLength: 4, maxLength: 25 }), { minLength: ROOTS, maxLength: ROOTS }),
});
const actors: fc.Arbitrary<Actor> = fc
  .record({
    id: fc.constantFrom(...PEOPLE, 'nobody'),
    tenant: fc.constantFrom('acme', 'acme', 'acme', 'globex'),
    role: fc.constantFrom<Actor['role'][]>('user', 'learner', 'guardian', 'teacher', 'admin', 'auditor', 'agent'),
    learnerScope: fc.constantFrom<('*' | string[])[]>('*', [], [], ['lena'], ['leo', 'lena']),
  })
  .map(({ id, ...more }) => testActor(id, more));

type Played = { what: (typeof STEPS)[number]; who: number; pick: number };

/** A root thread and its sub-threads in the order of these steps; the owner never leaves, and what is ended goes no further. */
function play(name: string, tenant: string, learnerId: string | null, steps: readonly Played[]): ThreadStory[] {
  const place = { tenant, learnerId, owner: 'ada' };
  const root = threadStory({ ...place, threadId: name, title: `topic of ${name}` });
  const below: ThreadStory[] = [];
  const there = new Set(['ada']);
  const posted: string[] = [];
  let rootVersion = 1;
  let isOver = false;
  /** Each tells whether the root has another event. */
  const told: Record<Played['what'], (user: string, pick: number) => boolean> = {
    post: (user, pick) => posted.push(root.post(user, `topic ${pick}`)) > 0,
    join: (user) => !there.has(user) && (there.add(user), root.join(user), true),
    joinLate: (user) => !there.has(user) && (there.add(user), root.join(user, { fromNow: true }), true),
    leave: (user) => user !== 'ada' && there.delete(user) && (root.leave(user), true),
    remove: (_user, pick) => {
      const [messageId] = posted.splice(pick % Math.max(1, posted.length), 1);
      if (messageId) root.remove(messageId);
      return messageId !== undefined;
    },
    end: (_user, pick) => {
      isOver = pick < 8;
      if (isOver) root.end();
      return isOver;
    },
    branch: (_user, pick) => {
      const threadId = `${name}~${below.length + 1}`;
      const startedAt = Date.UTC(2026, 10, 1) + pick * 2;
      below.push(threadStory({ ...place, threadId, title: `topic of ${threadId}`, rootVersion, startedAt }));
      return false;
    },
    postBelow: (user, pick) => (below[pick % Math.max(1, below.length)]?.post(user, `topic ${pick}`), false),
  };
  for (const { what, who, pick } of steps) {
    if (!isOver && told[what](PEOPLE[who]!, pick)) rootVersion += 1;
  }
  return [root, ...below];
}

/** What the rule in code says of folded rows. */
function createModel({ threads, participants, messages }: FoldedRows) {
  const byId = new Map<string, ThreadRow>(threads.map((row) => [row.thread_id, row]));
  const current = participants.filter((row) => row.removed_at === null);
  const memberOf = (threadId: string, userId: string): ParticipantRow | null =>
    current.find((row) => row.thread_id === rootThreadId(threadId) && row.user_id === userId) ?? null;
  const accessOf = (actor: Actor, row: ThreadRow): ThreadAccess & { createdBy: string } => {
    const member = memberOf(row.thread_id, actor.id);
    return {
      tenantId: row.tenant_id,
      learnerId: byId.get(rootThreadId(row.thread_id))!.learner_id,
      participant: member && {
        role: member.role,
        visibleFromIndex: member.visible_from_index,
        visibleFromSeq: member.visible_from_version,
      },
      beginsAtSeq: row.root_version,
      createdBy: row.created_by,
    };
  };
  const isThere = (row: ThreadRow): boolean =>
    row.deleted_at === null && byId.get(rootThreadId(row.thread_id))!.deleted_at === null;
  const exists = (actor: Actor, row: ThreadRow): boolean => isThere(row) && canSee(actor, accessOf(actor, row));
  const sees = (actor: Actor, row: ThreadRow): boolean =>
    exists(actor, row) && may(actor, 'thread.read', accessOf(actor, row));
  const seenMessages = (actor: Actor, row: ThreadRow): MessageRow[] =>
    messages.filter(
      (one) =>
        one.thread_id === row.thread_id &&
        one.deleted_at === null &&
        one.message_index >= visibleFromIndex(actor, accessOf(actor, row)),
    );
  return {
    threads,
    exists,
    memberOf,
    seen: (actor: Actor) => threads.filter((row) => sees(actor, row)),
    seenMessages,
    /** Of others, and later than its joining: in a root by number, below by time. */
    unread(actor: Actor, row: ThreadRow): number {
      const member = memberOf(row.thread_id, actor.id);
      if (!member) return 0;
      const isNew = (one: MessageRow): boolean =>
        row.parent_thread_id === null ? one.message_index > member.joined_index : one.created_at > member.joined_at;
      const old = messages.filter((one) => one.thread_id === row.thread_id && !isNew(one));
      const last = Math.max(0, ...old.map((one) => one.message_index));
      return seenMessages(actor, row).filter((one) => one.sender_id !== actor.id && one.message_index > last).length;
    },
    /** Who shares a thread with it that is there. */
    known: (actor: Actor) =>
      PEOPLE.filter((user) =>
        threads.some(
          (row) =>
            row.parent_thread_id === null &&
            isThere(row) &&
            memberOf(row.thread_id, actor.id) !== null &&
            memberOf(row.thread_id, user) !== null,
        ),
      ),
    memberships: (actor: Actor) =>
      threads.filter((row) => row.parent_thread_id === null && isThere(row) && memberOf(row.thread_id, actor.id)),
  };
}
type Model = ReturnType<typeof createModel>;

const idsOf = (rows: readonly { thread_id: string }[]): string[] => rows.map((row) => row.thread_id).sort();

/** Named by the tests: a failure of theirs is found again with it. */
const SEED = Date.now() % 2 ** 31;

describe.each(['postgres', 'mongo'] as const)(
  `the access rule in every statement (messages in %s, world ${SEED})`,
  (kind) => {
    const { api, database, given, indexed, read, sealing } = givenQueryApi(kind);
    const models = new Map<string, Model>();

    beforeAll(async () => {
      for (const [nth, tenant] of ['acme', 'globex'].entries()) {
        const { learners, steps } = fc.sample(worlds, { seed: SEED + nth, numRuns: 1 })[0]!;
        const stories = steps.flatMap((told, at) => play(`t${at}`, tenant, learners[at]!, told));
        await given(...stories);
        await indexed(...stories);
        const events = await Promise.all(stories.map((story) => story.events(sealing)));
        models.set(tenant, createModel(foldRows(events.flat())));
      }
    }, 60_000);

    /** For every kind of actor; what it may not ask for at all is told by `asks`. */
    async function always(check: (actor: Actor, model: Model) => Promise<void>, numRuns = 60): Promise<void> {
      await fc.assert(
        fc.asyncProperty(actors, (actor) => check(actor, models.get(actor.tenantId)!)),
        { numRuns },
      );
    }
    const mayRead = (actor: Actor): boolean => actor.permissions.includes('chat:read');

    it('holds for lists, whichever way their threads are found, and for the sub-threads of each', async () => {
      const statements = createStatements({ database: database(), generation: () => 1 });
      await always(async (actor, model) => {
        if (!mayRead(actor)) return;
        const seen = model.seen(actor);
        const roots = idsOf(seen.filter((row) => row.parent_thread_id === null));
        for (const isBusy of [false, true]) {
          const busyViewers = { has: () => isBusy, learn: () => undefined };
          const { threads } = await listThreads({ statements, busyViewers }, actor, { cursor: null, limit: 100 });
          expect(idsOf(threads.map(({ row }) => row))).toEqual(roots);
        }
        for (const root of roots) {
          const { threads } = await read<{ threads: ThreadResource[] }>(
            actor,
            `/api/v1/threads?parentThreadId=${root}`,
          );
          expect(threads.map(({ id }) => id).sort()).toEqual(
            idsOf(seen.filter((row) => row.parent_thread_id === root)),
          );
        }
      });
    }, 120_000);

    it('holds for one thread and its page of messages, and for their counts', async () => {
      await always(async (actor, model) => {
        const seen = new Set(model.seen(actor));
        for (const row of model.threads) {
          const path = `/api/v1/threads/${row.thread_id}`;
          const reply = await api().get(path, { as: actor });
          if (!seen.has(row)) {
            expect([path, reply.status]).toEqual([path, model.exists(actor, row) ? 403 : 404]);
            continue;
          }
          const messages = model.seenMessages(actor, row);
          const unreadCount = model.unread(actor, row);
          const thread = reply.body as ThreadResource;
          expect(thread).toMatchObject({ id: row.thread_id, unreadCount, messageCount: messages.length });
          const page = await read<{ messages: MessageResource[]; totalCount: number }>(
            actor,
            `${path}/messages?limit=100`,
          );
          expect(page.messages.map(({ id }) => id)).toEqual(messages.map((one) => one.message_id).reverse());
          expect([page.totalCount, thread.lastMessage?.id]).toEqual([messages.length, messages.at(-1)?.message_id]);
        }
      }, 12);
    }, 120_000);

    it('holds for what is unread, on every way to it', async () => {
      const source = { database: database(), generation: () => 1 };
      const [reading, viewerStateOf] = [createReadingQueries(source), createViewerStateQuery(source)];
      await always(async (actor, model) => {
        if (!mayRead(actor)) return;
        const expected = model.seen(actor).map((row) => [row.thread_id, model.unread(actor, row)] as const);
        const found = await read<{ threads: { threadId: string; unreadCount: number }[] }>(actor, '/api/v1/unread');
        const counts = new Map(found.threads.map(({ threadId, unreadCount }) => [threadId, unreadCount]));
        expect(counts).toEqual(new Map(expected.filter(([, count]) => count > 0)));
        for (const [threadId, count] of expected.slice(0, 6)) {
          const target = await reading.readTarget(actor, { threadId });
          expect([threadId, await reading.unreadAfter(actor, target, 0)]).toEqual([threadId, count]);
          const member = model.memberOf(threadId, actor.id);
          if (!member || threadId.includes('~')) continue;
          const place = { threadId, visibleFrom: target.visibleFrom, joinedIndex: member.joined_index };
          expect((await viewerStateOf(actor.tenantId, actor.id, place)).unreadCount).toBe(count);
        }
      });
    }, 120_000);

    it('holds for searches, of messages and of titles', async () => {
      await always(async (actor, model) => {
        if (!mayRead(actor)) return;
        type Found = { items: { threadId: string; message: MessageResource | null }[]; nextCursor: string | null };
        const found: string[] = [];
        for (let cursor: string | null = ''; cursor !== null;) {
          const page: Found = await read(actor, `/api/v1/search?q=topic&limit=100${cursor && `&cursor=${cursor}`}`);
          found.push(...page.items.map(({ threadId, message }) => message?.id ?? threadId));
          cursor = page.nextCursor;
        }
        const seen = model.seen(actor);
        const messages = seen.flatMap((row) => model.seenMessages(actor, row).map((one) => one.message_id));
        expect(found.sort()).toEqual([...idsOf(seen), ...messages].sort());
      });
    }, 120_000);

    it('holds for who is told of whom, and for the rooms of sockets', async () => {
      const source = { database: database(), generation: () => 1 };
      const [peersOf, threadsOf] = [createPeersQuery(source), createThreadsOfQuery(source)];
      const queries = createThreadQueries(source);
      await always(async (actor, model) => {
        const { tenantId, id } = actor;
        const known = model.known(actor);
        expect((await peersOf(tenantId, id)).sort()).toEqual(known.filter((user) => user !== id).sort());
        const { memberships } = await queries.membershipsOf(tenantId, id, 1_000);
        expect(idsOf(memberships)).toEqual(idsOf(model.memberships(actor)));
        const about = model.threads.filter(
          (row) => row.parent_thread_id === null && row.deleted_at === null && row.learner_id === id,
        );
        expect((await threadsOf(tenantId, id)).sort()).toEqual(
          [...new Set([...idsOf(memberships), ...idsOf(about)])].sort(),
        );
        if (!mayRead(actor)) return;
        const path = `/api/v1/presence?userIds=${PEOPLE.join(',')}`;
        const { items } = await read<{ items: { userId: string }[] }>(actor, path);
        expect(items.map(({ userId }) => userId)).toEqual(PEOPLE.filter((user) => user === id || known.includes(user)));
      });
    }, 120_000);
  },
);
