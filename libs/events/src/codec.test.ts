import fc from 'fast-check';
import { EVENT_TYPES, eventsOfType } from './arbitrary.testing';
import { decodeEvent, encodeControl, encodeEvent } from './codec';
import type { ChatEvent, ControlEvent } from './envelope';
import { tenantId } from './ids';

const encode = (event: ChatEvent | ControlEvent) => ('stream_id' in event ? encodeEvent(event) : encodeControl(event));
/** Types by name: the schemas alone would let `stream_id` stand in a union that the compiler cannot take apart. */
const RUNS = { numRuns: 30 };

test.each(EVENT_TYPES)('%s comes back as it was encoded, with its epoch in the header, too', (type) => {
  fc.assert(
    fc.property(eventsOfType(type), (event) => {
      const record = encode(event);
      const decoded = decodeEvent(record.value);
      expect(decoded).toEqual(
        'stream_id' in event ? { kind: 'event', mended: false, event } : { kind: 'control', event },
      );
      expect(record.headers).toMatchObject({ epoch: String(event.epoch), ce_id: event.event_id, ce_type: type });
    }),
    RUNS,
  );
});

test.each(EVENT_TYPES)('%s passes with fields of a newer build, and keeps them', (type) => {
  fc.assert(
    fc.property(eventsOfType(type), (event) => {
      const newer = { ...event, region: 'eu', data: { ...event.data, shade: { of: 'blue' } } };
      const decoded = decodeEvent(Buffer.from(JSON.stringify(newer)));
      expect(decoded).toMatchObject({ event: newer });
    }),
    RUNS,
  );
});

test.each(EVENT_TYPES)('%s without one of its required fields is undecodable, and the reason names it', (type) => {
  fc.assert(
    fc.property(eventsOfType(type), fc.nat(), (event, pick) => {
      const required = ['event_id', 'epoch', 'timestamp', 'data'];
      const field = required[pick % required.length]!;
      const decoded = decodeEvent(Buffer.from(JSON.stringify({ ...event, [field]: undefined })));
      expect(decoded).toEqual({ kind: 'undecodable', reason: expect.stringContaining(field) });
    }),
    RUNS,
  );
});

const posted = fc.sample(eventsOfType('CHAT_MESSAGE_CREATED'), 1)[0] as ChatEvent;
const decodeJson = (value: unknown) => decodeEvent(Buffer.from(JSON.stringify(value)));

test('the record of a sub-thread has its root’s key; an event about a thread of another stream names it', () => {
  const at = { tenant_id: tenantId('acme'), stream_id: 't1~s1' };
  expect(encodeEvent({ ...posted, ...at } as ChatEvent).key).toBe('acme/thread/t1');
  const [read] = fc.sample(eventsOfType('CHAT_THREAD_READ'), 1) as [ChatEvent];
  const record = encodeEvent(read, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  expect(record.headers.thread_id).toBe((read.data as { thread_id: string }).thread_id);
  expect(record.headers.traceparent).toMatch(/^00-/);
  expect(encodeEvent(posted).headers).not.toHaveProperty('thread_id');
});

test('control records are keyed by their partition', () => {
  const [marker] = fc.sample(eventsOfType('CHAT_PARTITION_OWNED'), 1) as [ControlEvent];
  const record = encodeControl({ ...marker, data: { ...marker.data, partition: 7 } });
  expect(record.key).toBe('$control/7');
});

test.each([
  ['no JSON', Buffer.from('{"event_type"'), 'not a JSON object'],
  ['null', Buffer.from('null'), 'not a JSON object'],
  ['a number', Buffer.from('7'), 'not a JSON object'],
  ['no type', Buffer.from('{}'), 'no event_type'],
  ['a version from the future', Buffer.from(JSON.stringify({ ...posted, schema_version: 2 })), 'schema_version 2'],
  ['no version', Buffer.from(JSON.stringify({ ...posted, schema_version: undefined })), 'schema_version undefined'],
  ['a version that is none', Buffer.from(JSON.stringify({ ...posted, schema_version: 0.5 })), 'schema_version 0.5'],
  ['the wrong stream', Buffer.from(JSON.stringify({ ...posted, stream_type: 'user' })), 'stream_type'],
])('%s is undecodable', (_name, value, reason) => {
  expect(decodeEvent(value)).toEqual({ kind: 'undecodable', reason: expect.stringContaining(reason) });
});

test('the reason never quotes what it found', () => {
  const decoded = decodeJson({ ...posted, data: { ...posted.data, content: 'my diary' } });
  expect(decoded).toMatchObject({ kind: 'undecodable' });
  expect(JSON.stringify(decoded)).not.toContain('diary');
});

test('a type of a newer build is unknown, whatever else it holds', () => {
  const unknown = (type: string) => ({ kind: 'unknown', type, event: null });
  expect(decodeJson({ event_type: 'CHAT_POLL_OPENED' })).toEqual(unknown('CHAT_POLL_OPENED'));
  expect(decodeJson({ event_type: 'constructor' })).toEqual(unknown('constructor'));
});

test('an unknown event that is one still says where it stands in its stream', () => {
  const { tenant_id, stream_type, stream_id, stream_version } = posted;
  const newer = {
    ...posted,
    event_type: 'CHAT_POLL_OPENED',
    schema_version: 3,
    data: { question: 'sealed?' },
    extra: 1,
  };
  expect(decodeJson(newer)).toMatchObject({
    kind: 'unknown',
    event: { tenant_id, stream_type, stream_id, stream_version },
  });
});
