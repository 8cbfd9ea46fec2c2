import type { ChatEvent, Draft } from '@threadlog/events';
import { fakeSealed, historyOf } from '@threadlog/testing';
import { foldWebhookEndpoint, type WebhookEndpointRow } from './webhookEndpoints';

const ID = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d20';
const registered: Draft = {
  type: 'CHAT_WEBHOOK_REGISTERED',
  data: {
    ...{ webhook_id: ID, url: 'https://a.example/x', description: 'LMS', secret: 'whsec_1', secret_id: 's1' },
    ...{ events: ['message.created'], filter: { learner_id: null, thread_types: ['group'] }, payload: 'full' },
  },
};
const rotated = (n: number, previous: string, previous_until: string): Draft => ({
  type: 'CHAT_WEBHOOK_SECRET_ROTATED',
  data: {
    ...{ webhook_id: ID, secret: `whsec_${n}`, secret_id: `s${n}` },
    ...{ previous_secret_id: previous, previous_until },
  },
});
const updated = (data: object): Draft => ({ type: 'CHAT_WEBHOOK_UPDATED', data: { webhook_id: ID, ...data } });
const disabled: Draft = { type: 'CHAT_WEBHOOK_DISABLED', data: { webhook_id: ID, reason: 'gone' } };
const deleted: Draft = { type: 'CHAT_WEBHOOK_DELETED', data: { webhook_id: ID } };

const fold = (events: readonly ChatEvent[]): WebhookEndpointRow =>
  events.reduce<WebhookEndpointRow | null>(
    (row, event, offset) => foldWebhookEndpoint(row, event, { partition: 3, offset }),
    null,
  )!;
const after = (...drafts: Draft[]): WebhookEndpointRow => fold(historyOf([registered, ...drafts], { streamId: ID }));

test('an endpoint knows where in the log it was registered, and keeps its text sealed', () => {
  const row = after(updated({ payload: 'thin' }));
  expect(row).toMatchObject({
    ...{ registered_partition: 3, registered_offset: 0, enabled: true, payload: 'thin', version: 2 },
    ...{ url: fakeSealed('https://a.example/x').sealed, description: fakeSealed('LMS').sealed },
    secrets: [{ secret_id: 's1', sealed: fakeSealed('whsec_1').sealed, until: null }],
  });
  expect(row.updated_at > row.created_at).toBe(true);
  expect(JSON.stringify(row)).not.toMatch(/whsec_|LMS|a\.example/);
});

test('only what an update names changes; null takes the description away', () => {
  const changed = after(updated({ url: 'https://b.example' }), updated({ description: null }));
  expect(changed).toMatchObject({
    ...{ url: fakeSealed('https://b.example').sealed, description: null, payload: 'full' },
    events: ['message.created'],
  });
});

test('switching on again takes the reason away, and says since when', () => {
  expect(after(disabled)).toMatchObject({ enabled: false, disabled_reason: 'gone' });
  const on = after(disabled, updated({ enabled: true }));
  expect(on).toMatchObject({ enabled: true, disabled_reason: null, enabled_at: on.updated_at });
  expect(after(updated({ enabled: true })).enabled_at).toBe(on.created_at);
  expect(after(updated({ enabled: false }))).toMatchObject({ enabled: false, disabled_reason: null });
});

test('former secrets sign until their time, and go with the first change after it', () => {
  const [soon, late] = ['2026-01-01T00:00:02.500000Z', '2026-01-02T00:00:00.000000Z'];
  const ids = (row: WebhookEndpointRow) => row.secrets.map(({ secret_id, until }) => [secret_id, until]);
  expect(ids(after(rotated(2, 's1', late)))).toEqual([
    ['s2', null],
    ['s1', late],
  ]);
  expect(ids(after(rotated(2, 's1', soon), rotated(3, 's2', late)))).toEqual([
    ['s3', null],
    ['s2', late],
  ]);
});

test('nothing is left of a deleted one but that it was there', () => {
  const row = after(rotated(2, 's1', '2026-01-02T00:00:00.000000Z'), deleted);
  expect(row).toMatchObject({ url: null, description: null, secrets: [], enabled: false, deleted_at: row.updated_at });
  expect(JSON.stringify(row)).not.toContain('v1.');
});

test('an event that came before changes nothing, nor does one without a registration', () => {
  const events = historyOf([registered, rotated(2, 's1', '2026-01-02T00:00:00.000000Z'), disabled], { streamId: ID });
  const row = fold(events);
  for (const event of events) expect(foldWebhookEndpoint(row, event, null)).toBe(row);
  expect(foldWebhookEndpoint(null, events[2]!, null)).toBeNull();
});
