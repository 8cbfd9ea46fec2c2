import type { MessageResource, ThreadResource } from '@threadlog/events';
import { testActor } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

const api = givenStandalone();
const { call } = api.as(testActor('ada'));
const attachments = [{ externalFileId: 'file-1', label: 'sums.png', mime: 'image/png', bytes: 9 }];
const nothing = expect.objectContaining({
  code: 'invalid_request',
  errors: [expect.objectContaining({ pointer: '/content' })],
});

async function room(): Promise<Record<'threadId' | 'subThreadId', string>> {
  const thread = await call<ThreadResource>('POST', '/api/v1/threads', { participantIds: ['ben'], title: 'Room' });
  const sub = await call<ThreadResource>('POST', '/api/v1/threads', { parentThreadId: thread.body.id });
  return { threadId: thread.body.id, subThreadId: sub.body.id };
}

/** Every way to post over HTTP. */
const WAYS = [
  '/api/v1/threads/{threadId}/messages',
  '/api/conversations/{threadId}/messages',
  '/api/conversations/{threadId}/threads/{subThreadId}',
];
const CAPTIONS: [string, object][] = [
  ['without a caption', {}],
  ['with an empty caption', { content: '' }],
  ['with null for a caption', { content: null }],
];

describe.each(WAYS)('%s', (way) => {
  test.each(CAPTIONS)('takes a picture %s, and shows it as every message', async (_, caption) => {
    const place = await room();
    const path = way.replace(/\{(\w+)\}/g, (_all, name: 'threadId') => place[name]);
    const posted = await call<MessageResource>('POST', path, { ...caption, attachments });
    expect(posted).toMatchObject({ status: 201, body: { content: '', attachments } });
    const threadId = posted.body.threadId;
    const page = await call<{ messages: MessageResource[] }>('GET', `/api/v1/threads/${threadId}/messages`);
    expect(page.body.messages).toEqual([expect.objectContaining({ content: '', attachments, edited: false })]);
    const thread = await call<ThreadResource>('GET', `/api/v1/threads/${threadId}`);
    expect(thread.body.lastMessage).toMatchObject({ content: '' });
    const old = await call<{ messages: object[] }>('GET', `/api/v1/chat/conversations/${threadId}/messages`);
    expect(old).toMatchObject({ status: 200, body: { messages: [{ content: '' }] } });
  });

  test.each(CAPTIONS)('refuses nothing at all %s', async (_, caption) => {
    const place = await room();
    const path = way.replace(/\{(\w+)\}/g, (_all, name: 'threadId') => place[name]);
    for (const body of [caption, { ...caption, attachments: [] }])
      expect(await call('POST', path, body)).toMatchObject({ status: 400, body: nothing });
  });
});

test('a caption can be added, taken away again, and is found only while it is there', async () => {
  const { threadId } = await room();
  const path = `/api/v1/threads/${threadId}/messages`;
  const { body } = await call<MessageResource>('POST', path, { attachments });
  const edit = (change: object) => call<MessageResource>('PATCH', `${path}/${body.id}`, change);
  expect(await edit({ content: 'holiday' })).toMatchObject({ status: 200, body: { content: 'holiday' } });
  expect(await edit({ content: '' })).toMatchObject({ status: 200, body: { content: '', attachments } });
  const byId = await call('PATCH', `/api/messages/${body.id}`, { content: '', attachments: [] });
  expect(byId).toMatchObject({ status: 400, body: nothing });
  for (const path of [`/api/v1/threads/${threadId}/messages/${body.id}`, `/api/messages/${body.id}`])
    expect(await call('PATCH', path, { attachments: [] })).toMatchObject({ status: 400, body: nothing });
  const history = await call<{ items: object[] }>('GET', `${path}/${body.id}/history`);
  expect(history.body.items).toMatchObject([{ content: '' }, { content: 'holiday' }]);
  const text = await call<MessageResource>('POST', path, { content: 'words', attachments });
  expect(await call('PATCH', `${path}/${text.body.id}`, { attachments: [] })).toMatchObject({ status: 200 });
  expect(await call('PATCH', `${path}/${text.body.id}`, { content: '' })).toMatchObject({ status: 400, body: nothing });
});
