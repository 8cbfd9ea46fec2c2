import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  messageExample,
  threadExample,
  type MessageResource,
  type ServerFrame,
  type ThreadResource,
} from '@threadlog/events';
import { responseOf } from './frames';
import { SubscribeResponseSchema } from './gen/chat/v1/chat_pb';

const place = { conversationId: 't-1', threadId: 't-1~a', seq: 7 };
const message = messageExample as MessageResource;

/** What comes out of the other end of the wire. */
function told(frame: ServerFrame) {
  const bytes = toBinary(SubscribeResponseSchema, create(SubscribeResponseSchema, responseOf(frame)!));
  return fromBinary(SubscribeResponseSchema, bytes);
}

it('has whole resources as the calls have them', () => {
  const created = told({ name: 'message:new', payload: message });
  expect(created.frame).toMatchObject({ case: 'messageCreated', value: { id: message.id, content: message.content } });
  expect(created).toMatchObject({ type: 'message:new', threadId: message.threadId, seq: BigInt(message.seq) });
  const conversation = threadExample as ThreadResource;
  const { frame } = told({ name: 'conversation:created', payload: { ...place, conversation } });
  expect(frame).toMatchObject({ case: 'conversationCreated', value: { id: conversation.id } });
});

it('names what changed of a message, or has all of it', () => {
  const about = { ...place, messageId: 'm-1', messageIndex: 3 };
  const updatedAt = '2026-01-15T10:30:00.000001Z';
  const live = told({
    name: 'message:updated',
    payload: {
      ...about,
      content: null,
      metadata: null,
      mentions: [],
      attachments: [{ externalFileId: 'f' }],
      updatedAt,
    },
  });
  const paths = ['content', 'metadata', 'attachments', 'mentions', 'updated_at'];
  expect(live.frame.value).toMatchObject({
    message: { id: 'm-1', content: '', attachments: [{ externalFileId: 'f' }] },
    changed: { paths },
  });
  expect(live.frame.value).toMatchObject({ message: { updatedAt: { nanos: 1_000 } } });
  const later = told({ name: 'message:updated', payload: { ...about, message } });
  expect(later.frame.value).not.toHaveProperty('changed');
  expect(later.frame.value).toMatchObject({ message: { id: message.id } });
});

it('names what changed of a conversation', () => {
  const payload = { ...place, title: null, status: 'archived' as const, agentMode: 'off' as const };
  expect(told({ name: 'conversation:updated', payload }).frame.value).toMatchObject({
    conversation: { id: 't-1~a', seq: 7n, title: '', status: 'archived' },
    changed: { paths: ['title', 'status'] },
    agentMode: 'off',
  });
  const participant = { userId: 'ben', role: 'owner' as const };
  const { frame } = told({ name: 'conversation:updated', payload: { ...place, participant } });
  expect(frame.value).toMatchObject({ participant: { userId: 'ben', role: 'owner' }, changed: { paths: [] } });
});

it('has no number where there is none, and times of either length', () => {
  expect(told({ name: 'resync', payload: { conversationId: 't', threadId: 't', seq: null } })).toMatchObject({
    seq: 0n,
  });
  const offline = told({ name: 'user:offline', payload: { userId: 'ben', lastSeenAt: '2026-01-15T10:30:00.125Z' } });
  expect(offline).toMatchObject({ conversationId: '', threadId: '', seq: 0n });
  expect(offline.frame.value).toMatchObject({ online: false, lastSeenAt: { nanos: 125_000_000 } });
});

it('tells what has no type as it is, and nothing twice', () => {
  const payload = { ...place, messageId: 'm-1', messageIndex: 3, userId: undefined };
  const pinned = told({ name: 'message:pinned', payload });
  expect(pinned).toMatchObject({ type: 'message:pinned', seq: 7n, frame: { case: 'other' } });
  expect(pinned.frame.value).toEqual({ ...place, messageId: 'm-1', messageIndex: 3 });
  expect(responseOf({ name: 'message:edited', payload })).toBeNull();
});
