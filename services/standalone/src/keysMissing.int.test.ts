import type { MessageResource, ThreadResource } from '@threadlog/events';
import { checkKeys } from '@threadlog/runtime';
import { eventually, testActor } from '@threadlog/testing';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const TENANT = 'lossy';
const api = givenStandalone({ SEALING_KEY_CACHE_MS: '1000' });
const scenes = scenesOf(api);
const ada = testActor('ada', { tenant: TENANT });
const ben = testActor('ben', { tenant: TENANT });

/** Takes a person's keys out of the key store, as losing them would; gives them back by what it returns. */
async function lose(userId: string): Promise<() => Promise<void>> {
  const { database } = api.runtime();
  await database.query(`create table if not exists keystore.lost as select * from keystore.keys where false`);
  await database.query(
    `with gone as (delete from keystore.keys where tenant_id = $1 and kind = 'subject' and entity_id = $2 returning *)
     insert into keystore.lost select * from gone`,
    [TENANT, userId],
  );
  return async () => {
    await database.query('insert into keystore.keys select * from keystore.lost on conflict do nothing');
    await database.query('drop table keystore.lost');
  };
}

const shown = async (threadId: string): Promise<MessageResource[]> => {
  const page = await api
    .as(ben)
    .call<{ messages: MessageResource[] }>('GET', `/api/v1/threads/${threadId}/messages?order=asc`);
  expect(page.status).toBe(200);
  return page.body.messages;
};
const contents = async (threadId: string) => (await shown(threadId)).map(({ content }) => content).sort();

test('a text whose key is missing has a placeholder, all else is served, and it opens when the key is back', async () => {
  const threadId = await scenes.thread(ada, { title: 'by ada', metadata: { by: 'ada' }, participantIds: ['ben'] });
  await scenes.post(ada, threadId, 'words of ada');
  await scenes.post(ben, threadId, 'words of ben');
  await scenes.done(officerOf(TENANT), 'user.sync', { userId: 'ada', displayName: 'Ada' });
  await scenes.projected();
  const { log, sealing } = api.runtime();
  expect(await checkKeys({ log, sealing })).toMatchObject({ missing: 0, first: null });
  expect(await contents(threadId)).toEqual(['words of ada', 'words of ben']);

  const bringBack = await lose('ada');
  await eventually(async () => expect(await contents(threadId)).toEqual(['[key missing]', 'words of ben']));
  const lost = (await shown(threadId)).find(({ senderId }) => senderId === 'ada');
  expect(lost).toMatchObject({ contentState: 'key_missing', metadata: null, attachments: [] });
  expect(lost!.sender.displayName).toBeNull();
  const one = await api.as(ben).call<ThreadResource>('GET', `/api/v1/threads/${threadId}`);
  expect(one).toMatchObject({
    status: 200,
    body: { title: '[key missing]', titleState: 'key_missing', metadata: null },
  });
  for (const path of [
    'threads',
    'search?q=words',
    `threads/${threadId}/changes?since=0`,
    `threads/${threadId}/participants`,
  ])
    expect([path, (await api.as(ben).call('GET', `/api/v1/${path}`)).status]).toEqual([path, 200]);
  const found = await checkKeys({ log, sealing });
  expect(found).toMatchObject({ missing: 1, first: { tenantId: TENANT } });
  expect(await api.runtime().metrics.registry.metrics()).toMatch(/threadlog_keys_missing_total [1-9]/);

  await bringBack();
  await eventually(async () => expect(await contents(threadId)).toEqual(['words of ada', 'words of ben']), {
    timeoutMs: 15_000,
  });
}, 60_000);
