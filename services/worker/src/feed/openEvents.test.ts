import { decodeEvent, encodeEvent, feedRecordSchema, tenantId, type ChatEvent, type Draft } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { historyOf, memorySealing, sealEvents } from '@threadlog/testing';
import type { FeedEvent } from './feedEvent';
import { feedRecords } from './openEvents';

const TENANT = tenantId('acme');
const user = (id: string) => ({ type: 'user' as const, id, role: 'user' });
const draft = (content: string): Draft => ({
  type: 'CHAT_MESSAGE_CREATED',
  data: {
    thread_id: 't1',
    message_id: `m-${content}`,
    message_index: 1,
    sender_id: 'ada',
    sender_type: 'user',
    message_type: 'text',
    content,
    metadata: { level: 3 },
    attachments: null,
    reply_to: null,
    mentions: [],
    client_message_id: null,
  },
});

const deletedAmong = () => Promise.resolve(new Set<ChatEvent>());

/** Sealing, events sealed with it, and what of them would be published. */
async function given() {
  const sealing = memorySealing();
  const place = {
    tenantId: TENANT,
    type: 'thread' as const,
    id: 't1',
    learnerId: 'lena',
    startedAt: Date.UTC(2026, 0),
  };
  const step = { draft: draft('hello'), actor: user('ada'), authorId: 'ada', month: '2026-01' };
  const [event] = await sealEvents(sealing, place, [step]);
  const withheld: string[] = [];
  const publish = async (...events: ChatEvent[]) => {
    const onWithheld = (_event: unknown, reason: string) => void withheld.push(reason);
    const records = await feedRecords({ sealing, deletedAmong, onWithheld }, TENANT, events.map(recordOf));
    return records.map(({ key, value, headers }) => ({
      key,
      id: headers.event_id,
      event: JSON.parse(value.toString()) as FeedEvent,
    }));
  };
  return { sealing, event: event!, publish, withheld };
}

function recordOf(event: ChatEvent, offset: number): LogRecord {
  return { ...encodeEvent(event), partition: 0, offset };
}

test('an event is told whole, in the clear, by its thread', async () => {
  const { event, publish } = await given();
  const told = { event_type: event.event_type, tenant_id: 'acme', learner_id: 'lena', timestamp: event.timestamp };
  expect(await publish(event)).toEqual([
    { key: 't1', id: event.event_id, event: { ...told, data: draft('hello').data } },
  ]);
});

test.each([
  ['its author', { kind: 'subject' as const, id: 'ada' }],
  ['its learner', { kind: 'subject' as const, id: 'lena' }],
  ['its thread', { kind: 'thread' as const, id: 't1' }],
  ['its tenant', { kind: 'tenant' as const }],
])('it is kept back as soon as the key of %s is closed, whatever a cache still opens', async (_what, target) => {
  const { sealing, event, publish, withheld } = await given();
  expect(await publish(event)).toHaveLength(1);
  await sealing.close(TENANT, target);
  expect(await publish(event)).toEqual([]);
  expect(withheld).toEqual(['erased']);
});

test('it is kept back when its text does not open any more, or never did', async () => {
  const { sealing, event, publish, withheld } = await given();
  const foreign = historyOf([draft('fake')])[0]!;
  await sealing.destroy(TENANT, { kind: 'thread_month', id: 't1', month: '2026-01' });
  expect(await publish(event, foreign)).toEqual([]);
  expect(withheld).toEqual(['erased', 'unreadable']);
});

test('events without text about an erased person are kept back, those of the erasure itself are told', async () => {
  const { sealing, publish } = await given();
  await sealing.destroy(TENANT, { kind: 'subject', id: 'ben' });
  const subject = { kind: 'user' as const, id: 'ben' };
  const left: Draft = { type: 'CHAT_PARTICIPANT_REMOVED', data: { thread_id: 't1', user_id: 'ben', reason: 'left' } };
  const erased: Draft = {
    type: 'CHAT_PRIVACY_SUBJECT_ERASED',
    data: { request_id: 'r1', subject, keys: [], keys_total: 0 },
  };
  const begun: Draft = { type: 'CHAT_ERASURE_BEGUN', data: { request_id: 'r1', subject } };
  const told = await publish(
    ...historyOf([left]),
    ...historyOf([draft('by ben')], { actor: user('ben') }),
    ...historyOf([erased], { streamId: 'ben' }),
    ...historyOf([begun], { streamId: 'acme' }),
  );
  expect(told.map(({ event }) => event.event_type)).toEqual(['CHAT_PRIVACY_SUBJECT_ERASED', 'CHAT_ERASURE_BEGUN']);
});

test('what a newer build wrote, or nobody can read, is left out', async () => {
  const { sealing, event } = await given();
  const value = Buffer.from(JSON.stringify({ ...event, event_type: 'CHAT_SOMETHING_NEW' }));
  expect(decodeEvent(value).kind).toBe('unknown');
  const records = [
    { ...recordOf(event, 0), value },
    { ...recordOf(event, 1), value: Buffer.from('{') },
  ];
  const onWithheld = jest.fn();
  expect(await feedRecords({ sealing, deletedAmong, onWithheld }, TENANT, records)).toEqual([]);
  expect(onWithheld).not.toHaveBeenCalled();
});

test('a reaction is told by the emoji that people see, and every record keeps to the published schema', async () => {
  const { event, publish } = await given();
  const data = { thread_id: 't1', message_id: 'm1', message_index: 1, user_id: 'ada', emoji: 'information_source' };
  const reaction = { ...event, event_type: 'CHAT_REACTION_ADDED', data } as ChatEvent;
  const told = await publish(event, reaction);
  expect(told[1]!.event.data).toEqual({ ...data, emoji: 'ℹ️' });
  for (const one of told) expect(() => feedRecordSchema(one.event.event_type).parse(one.event)).not.toThrow();
});

test('an endpoint and its secret are in no feed, whatever could be opened', async () => {
  const { sealing, publish, withheld } = await given();
  const id = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d20';
  const registered: Draft = {
    type: 'CHAT_WEBHOOK_REGISTERED',
    data: {
      ...{ webhook_id: id, url: 'https://a.example', description: null, secret: 'whsec_1', secret_id: id },
      ...{ events: ['*'], filter: { learner_id: null, thread_types: null }, payload: 'full' },
    },
  };
  const place = { tenantId: TENANT, type: 'webhook' as const, id, learnerId: null, startedAt: Date.UTC(2026, 0) };
  const step = { draft: registered, actor: user('ada'), authorId: null, month: null };
  expect(await publish(...(await sealEvents(sealing, place, [step])))).toEqual([]);
  expect(withheld).toEqual([]);
  expect(() => feedRecordSchema('CHAT_WEBHOOK_REGISTERED')).toThrow();
});
