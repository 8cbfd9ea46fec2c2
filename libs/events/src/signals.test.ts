import { tenantId } from './ids';
import { decodeSignal, encodeSignal, type Signal } from './signals';

const typing: Signal = {
  signal_id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10',
  signal_type: 'TYPING',
  schema_version: 1,
  tenant_id: tenantId('acme'),
  timestamp: '2026-01-01T00:00:00.000000Z',
  data: { thread_id: 't1', user_id: 'ada', is_typing: true },
};
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

test('a signal comes back as it was sent, keyed by its user', () => {
  const record = encodeSignal(typing);
  expect(record.key).toBe('acme/signal/ada');
  expect(record.headers).toMatchObject({ ce_type: 'TYPING', ce_tenantid: 'acme' });
  expect(decodeSignal(record.value)).toEqual({ kind: 'signal', signal: typing });
});

test('a signal of no user comes back too, keyed by its tenant', () => {
  const closed: Signal = { ...typing, signal_type: 'KEYS_CLOSED', data: { key_ids: [typing.signal_id] } };
  const record = encodeSignal(closed);
  expect(record.key).toBe('acme/signal/$keys');
  expect(record.headers).toMatchObject({ ce_type: 'KEYS_CLOSED', ce_source: '/threadlog/keys', ce_subject: 'keys' });
  expect(decodeSignal(record.value)).toEqual({ kind: 'signal', signal: closed });
});

const draft: Signal = {
  ...typing,
  signal_type: 'AGENT_DRAFT',
  data: {
    thread_id: 't1~a',
    run_id: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33',
    agent_id: 'tutor',
    attempt: 1,
    state: 'writing',
    text: { n: 1, op: 'replace', content: { sealed: 'v1.x' } },
  },
};

test('a draft comes back too, keyed by its thread, and has no text in the clear', () => {
  const record = encodeSignal(draft);
  expect(record.key).toBe('acme/signal/$thread/t1~a');
  expect(record.headers).toMatchObject({ ce_type: 'AGENT_DRAFT', ce_subject: 'thread/t1~a' });
  expect(decodeSignal(record.value)).toEqual({ kind: 'signal', signal: draft });
  const clear = { ...draft, data: { ...draft.data, text: { n: 1, op: 'replace', content: 'Hello' } } };
  expect(decodeSignal(bytes(clear))).toMatchObject({ kind: 'undecodable' });
});

test('fields and types of a newer build pass', () => {
  const newer = { ...typing, hop: 1, data: { ...typing.data, device: 'phone' } };
  expect(decodeSignal(bytes(newer))).toEqual({ kind: 'signal', signal: newer });
  expect(decodeSignal(bytes({ ...typing, signal_type: 'WAVING' }))).toEqual({ kind: 'unknown', type: 'WAVING' });
});

test.each([
  ['no JSON', Buffer.from('{'), 'not JSON'],
  ['no object', bytes(null), 'no signal_type'],
  ['no user', bytes({ ...typing, data: { ...typing.data, user_id: undefined } }), 'data.user_id'],
  ['a tenant that is none', bytes({ ...typing, tenant_id: 'a/b' }), 'tenant_id'],
])('%s is undecodable and says why', (_name, value, reason) => {
  expect(decodeSignal(value)).toEqual({ kind: 'undecodable', reason: expect.stringContaining(reason) });
});
