import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  v1ConversationsSchema,
  v1MessageSchema,
  v1MessagesSchema,
  v1ReadSchema,
  type V1Message,
} from '@threadlog/events';
import { type z } from 'zod';
import {
  AttachmentSchema,
  GetConversationsResponseSchema,
  GetMessagesResponseSchema,
  MarkAsReadResponseSchema,
  SendMessageResponseSchema,
  SubscribeResponseSchema,
} from '../gen/chat/v1/chat_pb';
import { createEnvelop } from '../envelope';
import { listOf, pageOf, readOf, sentOf } from '../messages';
import { nanosOf, secondsOf } from './instant';
import { messageWriter } from './writer';

const text = fc.oneof(
  fc.constantFrom(
    '',
    'x'.repeat(127),
    'x'.repeat(128),
    'é'.repeat(64),
    '\u{1F600}'.repeat(5_000),
    '\uD800',
    'a\uDC00b',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.uuid(),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const count = fc.oneof(fc.nat(1_000), fc.nat(2 ** 31 - 1));
const long = fc.oneof(count, fc.maxSafeNat(), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 35, 2 ** 53 - 1));
const digits = fc.constantFrom(3, 6);
const instant = fc
  .tuple(
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
    fc.nat(999),
    digits,
  )
  .map(
    ([date, micros, many]) => `${date.toISOString().slice(0, -1)}${many === 6 ? String(micros).padStart(3, '0') : ''}Z`,
  );
const metadata = orNull(
  fc
    .dictionary(fc.oneof(text, fc.constant('__proto__'), fc.constantFrom('2', '1')), fc.jsonValue({ maxDepth: 4 }), {
      noNullPrototype: true,
    })
    .map((value) => JSON.parse(JSON.stringify(value)) as V1Message['metadata']),
);
const oneOf = (...values: string[]) => fc.constantFrom(...values) as fc.Arbitrary<never>;

const message: fc.Arbitrary<V1Message> = fc.record({
  ...{ id: text, conversation_id: text, thread_id: text, seq: long, message_index: count },
  ...{
    sender_id: text,
    sender_type: oneOf('user', 'agent'),
    sender_name: orNull(text),
    message_type: oneOf('text', ''),
  },
  content: text,
  attachments: fc.array(
    fc.record({ external_file_id: text, label: orNull(text), mime: orNull(text), bytes: orNull(long) }),
    { maxLength: 3 },
  ),
  ...{ metadata, reply_to: orNull(text), mentions: fc.array(text, { maxLength: 4 }), edited: fc.boolean() },
  ...{ created_at: instant, updated_at: instant },
});
const participant = fc.record({ user_id: text, role: oneOf('owner', 'member'), display_name: orNull(text) });
const conversation = fc.record({
  ...{
    id: text,
    type: oneOf('direct'),
    status: oneOf('active'),
    title: orNull(text),
    learner_id: orNull(text),
    metadata,
  },
  participants: fc.array(participant, { maxLength: 4 }),
  ...{ participant_count: count, message_count: count, unread_count: count, last_message: orNull(message), seq: long },
  ...{ created_at: instant, updated_at: instant },
});

const ANSWERS = {
  SendMessage: [SendMessageResponseSchema, fc.record({ message }), sentOf],
  MarkAsRead: [
    MarkAsReadResponseSchema,
    fc.record({ conversation_id: text, message_id: orNull(text), read_at: orNull(instant), unread_count: count }),
    readOf,
  ],
  GetMessages: [
    GetMessagesResponseSchema,
    fc.record({
      messages: fc.array(message, { maxLength: 4 }),
      has_more: fc.boolean(),
      next_before_timestamp: orNull(instant),
    }),
    pageOf,
  ],
  GetConversations: [
    GetConversationsResponseSchema,
    fc.record({
      conversations: fc.array(conversation, { maxLength: 3 }),
      has_more: fc.boolean(),
      next_cursor: orNull(text),
    }),
    listOf,
  ],
} as const;

describe.each(Object.entries(ANSWERS))('an answer of %s', (_name, [desc, arbitrary, present]) => {
  it('is written as the library would write it', () => {
    const put = messageWriter(desc);
    const envelop = createEnvelop();
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<object>, (answer) => {
        const init = (present as (answer: object) => MessageInitShape<DescMessage>)(answer);
        const written = envelop((bytes) => put(bytes, answer));
        const expected = toBinary(desc as DescMessage, create(desc as DescMessage, init));
        expect(written.subarray(5).equals(expected)).toBe(true);
        expect([written.readUInt8(0), written.readUInt32BE(1)]).toEqual([0, expected.length]);
      }),
      { numRuns: 300 },
    );
  });
});

it.each([
  ['messages', v1MessageSchema, SendMessageResponseSchema.field.message.message!],
  ['pages', v1MessagesSchema, GetMessagesResponseSchema],
  ['lists', v1ConversationsSchema, GetConversationsResponseSchema],
  ['read positions', v1ReadSchema, MarkAsReadResponseSchema],
] as [string, z.ZodObject, DescMessage][])(
  '%s of /v1 have all fields of the proto file by name',
  (_what, schema, desc) => {
    expect(Object.keys(schema.shape).toSorted()).toEqual(desc.fields.map(({ name }) => name).toSorted());
  },
);

it('does not take a type with fields that it cannot write', () => {
  expect(() => messageWriter(SubscribeResponseSchema)).toThrow('is of a kind that is not known here');
});

it('writes numbers below zero and what is larger than all answers before', () => {
  const put = messageWriter(MarkAsReadResponseSchema);
  const envelop = createEnvelop();
  for (const [unread_count, size] of [
    [-1, 10],
    [-(2 ** 31), 1_000_000],
    [7, 10],
  ] as const) {
    const read = {
      conversation_id: 'é'.repeat(size),
      message_id: null,
      read_at: '1969-12-31T23:59:59.999Z',
      unread_count,
    };
    const written = envelop((bytes) => put(bytes, read));
    expect(
      written.subarray(5).equals(toBinary(MarkAsReadResponseSchema, create(MarkAsReadResponseSchema, readOf(read)))),
    ).toBe(true);
  }
});

it('tells 0 bytes of an attachment from a size that is not known', () => {
  const put = messageWriter(AttachmentSchema);
  const sizeOf = (bytes: number | null) => {
    const attachment = { external_file_id: 'f', label: null, mime: null, bytes };
    const written = createEnvelop()((out) => put(out, attachment)).subarray(5);
    return fromBinary(AttachmentSchema, written).bytes;
  };
  expect([sizeOf(null), sizeOf(0), sizeOf(7)]).toEqual([undefined, 0n, 7n]);
});

it('reads times as Date does', () =>
  fc.assert(
    fc.property(instant, (text) => {
      expect(secondsOf(text)).toBe(Math.floor(Date.parse(text) / 1000));
      expect(nanosOf(text)).toBe(Number(text.slice(20, -1).padEnd(9, '0')));
    }),
  ));
