import type { PrivacyRequestResource } from '@threadlog/events';
import { compareGenerations, createGeneration } from '@threadlog/projector';
import { readCheckpoints } from '@threadlog/read-models';
import { eventually, testActor } from '@threadlog/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRetention } from './testing/retention';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const TENANT = 'busy';
const MESSAGES = 40;
/** Everything here is past its time then. */
const IN_DAYS = 40;

const exportDir = mkdtempSync(join(tmpdir(), 'threadlog-together-'));
afterAll(() => rmSync(exportDir, { recursive: true, force: true }));

const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,worker',
  SEALING_KEY_CACHE_MS: '1000',
  ERASURE_GRACE_HOURS: '0',
  PROJECTOR_POLL_MS: '50',
  EXPORT_DIR: exportDir,
});
const scenes = scenesOf(api);
const ada = testActor('ada', { tenant: TENANT, role: 'teacher', learnerScope: '*' });
const ben = testActor('ben', { tenant: TENANT, role: 'teacher', learnerScope: '*' });
const office = officerOf(TENANT);

async function ask(kind: 'delete' | 'export', body: object): Promise<PrivacyRequestResource> {
  const asked = await api.as(office).call<PrivacyRequestResource>('POST', `/api/v1/privacy/${kind}`, body);
  expect(asked.status).toBe(202);
  return asked.body;
}

const completed = ({ id }: PrivacyRequestResource): Promise<PrivacyRequestResource> =>
  eventually(
    async () => {
      const { body } = await api.as(office).call<PrivacyRequestResource>('GET', `/api/v1/privacy/requests/${id}`);
      expect(body).toMatchObject({ status: 'completed' });
      return body;
    },
    { timeoutMs: 90_000 },
  ) as Promise<PrivacyRequestResource>;

test('two erasures, an export and retention at once, on the same threads, end consistently', async () => {
  const about = await scenes.thread(ada, { learnerId: 'lena', participantIds: ['ben'], title: 'About Lena' });
  const group = await scenes.thread(ben, { participantIds: ['ada'], title: 'Group' });
  for (let n = 0; n < MESSAGES; n += 1) {
    await scenes.post(n % 2 ? ada : ben, about, `lesson ${n}`);
    await scenes.post(n % 2 ? ben : ada, group, `group ${n}`);
  }
  await scenes.projected();
  await scenes.keepFor(TENANT, 30);
  const asked = await Promise.all([
    ask('delete', { learnerId: 'lena' }),
    ask('delete', { userId: 'ada' }),
    ask('export', { userId: 'ben' }),
  ]);
  const stopRetention = startRetention(api, IN_DAYS);
  const [lena, gone, file] = await Promise.all(asked.map(completed));

  // Everything was past its time, so nothing is left, whoever came first.
  const { database, messageStore } = api.runtime();
  await eventually(
    async () => {
      const left = await database.query(
        `select 1 from read_1.messages where tenant_id = $1 and (deleted_at is null or content is not null)`,
        [TENANT],
      );
      expect(left.rows).toEqual([]);
    },
    { timeoutMs: 60_000 },
  );
  await stopRetention();
  await scenes.projected();

  const events = await scenes.events(TENANT);
  const deleted = events.flatMap((event) =>
    event.event_type === 'CHAT_MESSAGE_DELETED' ? [event.data.message_id] : [],
  );
  expect(new Set(deleted).size).toBe(deleted.length);
  expect(deleted).toHaveLength(2 * MESSAGES);
  const erasures = events.filter(({ event_type }) => event_type === 'CHAT_PRIVACY_SUBJECT_ERASED');
  expect(erasures.map(({ stream_id }) => stream_id).sort()).toEqual(['ada', 'lena']);
  for (const { id } of [lena!, gone!]) {
    const receipt = await api
      .as(office)
      .call<{ stores: { remaining: number }[] }>('GET', `/api/v1/privacy/requests/${id}/receipt`);
    expect(receipt.body.stores.filter(({ remaining }) => remaining > 0)).toEqual([]);
  }
  expect(file).toMatchObject({ status: 'completed', kind: 'export' });

  // Incremental equals rebuilt, also for what four of them did to the same rows.
  const generation = await createGeneration(database, 'postgres');
  await eventually(
    async () => {
      const heads = await readCheckpoints(database, 1);
      const reached = await readCheckpoints(database, generation);
      for (const [partition, { nextOffset }] of heads)
        expect(reached.get(partition)?.nextOffset ?? 0).toBeGreaterThanOrEqual(nextOffset);
    },
    { timeoutMs: 30_000 },
  );
  const stores = [1, generation].map((each) => ({ generation: each, store: messageStore(each) }));
  await eventually(async () => expect(await compareGenerations(database, stores[0]!, stores[1]!)).toBe('equal'));
}, 180_000);
