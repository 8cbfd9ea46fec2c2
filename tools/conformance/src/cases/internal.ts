import { story, type Case } from '../case';
import { fail, isText, like } from '../like';
import { requireOutcome } from '../scene';
import { eventually } from '../wait';
import { MESSAGE, MESSAGES, post, room, THREAD, threadOf } from './given';

const sync = 'POST /api/users/sync';
const batch = 'POST /api/users/sync/batch';
const getUser = 'GET /api/users/{externalUserId}';
const removeUser = 'DELETE /api/users/{externalUserId}';
const list = 'GET /api/admin/conversations';
const remove = 'DELETE /api/admin/conversations/{conversationId}';
const stats = 'GET /api/admin/stats';
const ALL = [sync, batch, getUser, removeUser, list, remove, stats];

const profile = {
  displayName: 'Ann Ada',
  avatarUrl: 'https://example.com/ann.png',
  email: 'ann@example.com',
  metadata: { role: 'teacher' },
};
const synced = { body: { externalUserId: 'ann', ...profile } };
const ann = { params: { externalUserId: 'ann' } };
const nothing = { params: { externalUserId: 'nobody', conversationId: 'nothing' } };
const internal = (name: string, routes: string[], run: Case['run']): Case => story(name, ['internal', ...routes], run);

const doors: Case[] = ALL.flatMap((route) => [
  internal(`${route}: not with a user's token, not even an administrator's`, [route], async (scene) => {
    requireOutcome(await scene.as('root').ask(route, nothing), 'unauthorized');
  }),
  internal(`${route}: not with another secret`, [route], async (scene) => {
    const headers = { 'x-internal-secret': 'wrong', 'x-tenant-id': scene.tenant };
    requireOutcome(await scene.anyone().ask(route, { ...nothing, headers }), 'unauthorized');
  }),
  internal(`${route}: without a secret`, [route], async (scene) => {
    requireOutcome(await scene.anyone().ask(route, nothing), 'unauthorized');
  }),
  internal(`${route}: refuses a tenant that is none`, [route], async (scene) => {
    requireOutcome(await scene.internal({ 'x-tenant-id': 'a b' }).ask(route, nothing), 'invalid_request');
  }),
]);

const users: Case[] = [
  internal(`${sync}: takes a profile over, which shows wherever the person does`, [sync, getUser], async (scene) => {
    like(await scene.internal().expect(200, sync, synced), { success: true });
    like(await scene.internal().expect(200, getUser, ann), { externalUserId: 'ann', ...profile, syncedAt: isText });
    const made = await room(scene);
    const sender = { displayName: profile.displayName, avatarUrl: profile.avatarUrl };
    like(await scene.as('bob').expect(200, `GET ${MESSAGE}`, made), { sender });
    const { participants } = await scene
      .as('bob')
      .expect<{ participants: { userId: string }[] }>(200, `GET ${THREAD}`, threadOf(made));
    like(
      participants.find(({ userId }) => userId === 'ann'),
      sender,
      'ann',
    );
  }),
  internal(`${sync}: what is left out is empty from then on`, [sync, getUser], async (scene) => {
    await scene.internal().expect(200, sync, synced);
    await scene.internal().expect(200, sync, { body: { externalUserId: 'ann', displayName: 'Ann' } });
    like(await scene.internal().expect(200, getUser, ann), {
      displayName: 'Ann',
      avatarUrl: null,
      email: null,
      metadata: null,
    });
  }),
  internal(`${getUser}: of another tenant is not there`, [sync, getUser], async (scene) => {
    await scene.internal().expect(200, sync, synced);
    await scene.internal({ 'x-tenant-id': `${scene.tenant}-twin` }).expect('not_found', getUser, ann);
    await scene.internal().expect('not_found', getUser, nothing);
  }),
  ...(
    [
      ['no id', { displayName: 'x' }],
      ['an id that is none', { externalUserId: '..' }],
      ['a name of 201 characters', { externalUserId: 'ann', displayName: 'x'.repeat(201) }],
      ['metadata that is a text', { externalUserId: 'ann', metadata: 'x' }],
    ] as const
  ).map(([what, body]) =>
    internal(`${sync}: refuses ${what}`, [sync], async (scene) => {
      await scene.internal().expect('invalid_request', sync, { body });
    }),
  ),
  internal(`${batch}: each succeeds or fails by itself`, [batch, getUser], async (scene) => {
    const body = { users: [synced.body, { externalUserId: '..' }, { externalUserId: 'bob', displayName: 'Bob' }] };
    const told = await scene.internal().expect(200, batch, { body });
    like(told, {
      success: false,
      results: [
        { externalUserId: 'ann', success: true },
        { success: false, error: isText },
        { externalUserId: 'bob', success: true },
      ],
    });
    // People of a batch are in many partitions, so no token stands for all of them.
    await eventually(() => scene.internal().expect(200, getUser, ann));
  }),
  internal(`${batch}: a thousand at once`, [batch, getUser], async (scene) => {
    const people = Array.from({ length: 1_000 }, (_, index) => ({
      externalUserId: `u${index}`,
      displayName: `User ${index}`,
    }));
    const told = await scene
      .internal()
      .expect<{ success: boolean; results: unknown[] }>(200, batch, { body: { users: people } });
    if (!told.success || told.results.length !== 1_000) fail('not all were taken');
    const last = await eventually(() => scene.internal().expect(200, getUser, { params: { externalUserId: 'u999' } }));
    like(last, { displayName: 'User 999' });
  }),
  internal(`${batch}: refuses none, and 1,001`, [batch], async (scene) => {
    await scene.internal().expect('invalid_request', batch, { body: { users: [] } });
    const tooMany = Array.from({ length: 1_001 }, (_, index) => ({ externalUserId: `u${index}` }));
    await scene.internal().expect('invalid_request', batch, { body: { users: tooMany } });
  }),
  internal(`${removeUser}: the profile is gone, what was said stays`, [sync, removeUser, getUser], async (scene) => {
    await scene.internal().expect(200, sync, synced);
    const made = await room(scene);
    await scene.internal().expect(204, removeUser, ann);
    await scene.internal().expect('not_found', getUser, ann);
    // Who shows messages may remember profiles for ten seconds.
    const shown = { senderId: 'ann', sender: { avatarUrl: null }, content: isText };
    await eventually(async () => like(await scene.as('bob').expect(200, `GET ${MESSAGE}`, made), shown), 15_000);
    await scene.internal().expect('not_found', removeUser, nothing);
  }),
];

const office: Case[] = [
  internal(`${list}: all of the tenant, and of no other`, [list], async (scene) => {
    const made = await room(scene);
    const page = await scene.internal().expect(200, list);
    like(page, { conversations: [{ id: made.threadId, conversationId: made.threadId }], hasMore: false });
    like(await scene.internal({ 'x-tenant-id': `${scene.tenant}-twin` }).expect(200, list), { conversations: [] });
  }),
  internal(`${remove}: deletes whatever there is`, [remove], async (scene) => {
    const made = await room(scene);
    const params = { conversationId: made.threadId };
    await scene.internal({ 'x-tenant-id': `${scene.tenant}-twin` }).expect('not_found', remove, { params });
    await scene.internal().expect(204, remove, { params });
    await scene.as('ann').expect('not_found', `GET ${THREAD}`, threadOf(made));
    await scene.as('bob').expect('not_found', `POST ${MESSAGES}`, { ...threadOf(made), body: { content: 'x' } });
  }),
  internal(`${stats}: counts what is there`, [stats, sync], async (scene) => {
    const none = { conversations: 0, messages: 0, users: 0, messagesLast24h: 0 };
    like(await scene.internal().expect(200, stats), none);
    const made = await room(scene, { posts: ['ann', 'bob', 'ann'], deleted: 3 });
    await post(scene, made.threadId, { content: 'one more' });
    await scene.internal().expect(200, sync, synced);
    like(await scene.internal().expect(200, stats), { conversations: 1, messages: 3, users: 1, messagesLast24h: 3 });
  }),
];

export const internalCases: Case[] = [...doors, ...users, ...office];
