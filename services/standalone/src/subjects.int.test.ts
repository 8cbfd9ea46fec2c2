import { personIdOf } from '@threadlog/auth';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { testActor } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

const api = givenStandalone();
const { as, internally } = api;

/** Subjects as identity providers make them. */
const NAMES = [
  'auth0|6501a',
  'https://login.example/realms/a?user=1&x=2#y',
  'CN=Ada Lovelace, OU=Maths',
  'EXAMPLE\\ada',
  "o'hara; drop table",
  '../../etc/passwd',
  'a/..',
  'a~b',
  'мария',
  '花子',
  '👩‍👩‍👧‍👦',
  '🙂'.repeat(255),
];

describe.each(NAMES)('the subject %j', (name) => {
  const id = personIdOf(name);
  const ada = as(testActor('ada'));
  const named = as(testActor(name));
  const inPath = encodeURIComponent(name);

  test('is one person at every door, by the name and by the id', async () => {
    const thread = await ada.call<ThreadResource>('POST', '/api/v1/threads', {
      participantIds: [name],
    });
    expect(thread.status).toBe(201);
    const path = `/api/v1/threads/${thread.body.id}`;
    await internally('acme').call('POST', '/api/users/sync', { externalUserId: name, displayName: 'Mia' });
    const posted = await named.call<MessageResource>('POST', `${path}/messages`, { content: 'Hi', mentions: [name] });
    expect(posted.body).toMatchObject({ senderId: id, mentions: [id] });
    const [again] = (await ada.call<{ messages: MessageResource[] }>('GET', `${path}/messages`)).body.messages;
    expect(again).toMatchObject({ senderId: id, sender: { displayName: 'Mia' } });
    for (const one of [inPath, encodeURIComponent(id)]) {
      const found = await ada.call<{ threads: ThreadResource[] }>('GET', `/api/v1/threads?participantId=${one}`);
      expect(found.body.threads.map((item) => item.id)).toContain(thread.body.id);
      expect((await ada.call('GET', `/api/v1/presence?userIds=${encodeURIComponent(id)}`)).status).toBe(200);
    }
    expect((await ada.call('POST', `${path}/participants`, { userId: id })).status).toBe(200);
    const removed = await ada.call(
      'DELETE',
      `/api/conversations/${thread.body.id}/participants/${encodeURIComponent(id)}`,
    );
    expect(removed.status).toBe(204);
    expect((await named.call('GET', `${path}/messages`)).status).toBe(404);
    expect((await ada.call('POST', `/api/conversations/${thread.body.id}/participants`, { userId: name })).status).toBe(
      201,
    );
    expect((await named.call('GET', `${path}/messages`)).status).toBe(200);
    const byName = await ada.call('PATCH', `${path}/participants/${inPath}`, { role: 'moderator' });
    // Dots between slashes are no path, encoded or not; such a name has its id.
    expect(byName.status).toBe(name.includes('..') ? 404 : 200);
    const asked = await named.call<{ subject: object }>('POST', '/api/v1/privacy/export', { userId: name });
    expect(asked).toMatchObject({ status: 202, body: { subject: { kind: 'user', id } } });
  });

  test('is one learner, whom a token of a teacher may name as the provider does', async () => {
    const teacher = as(testActor('tom', { role: 'teacher', learnerScope: [name] }));
    const { body } = await teacher.call<ThreadResource>('POST', '/api/v1/threads', { learnerId: name });
    expect(body).toMatchObject({ learnerId: id });
    for (const reader of [teacher, named]) {
      const list = await reader.call<{ threads: ThreadResource[] }>('GET', `/api/v1/threads?learnerId=${inPath}`);
      expect(list.body.threads.map((thread) => thread.id)).toEqual([body.id]);
    }
  });
});

test('a token cannot be given the id of somebody else', async () => {
  expect((await as(testActor(personIdOf('https://login.example/ada'))).call('GET', '/api/v1/threads')).status).toBe(
    401,
  );
});

test('profiles in one request are told of in the words of the request', async () => {
  const users = NAMES.map((name) => ({ externalUserId: name, displayName: 'x' }));
  const { body } = await internally('acme').call('POST', '/api/users/sync/batch', { users });
  expect(body).toEqual({ success: true, results: NAMES.map((name) => ({ externalUserId: name, success: true })) });
});
