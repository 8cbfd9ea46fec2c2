import { PLACEHOLDERS } from '@threadlog/events';
import type { Payload, Delivery, Frame } from '../frames';

/** A message, whatever thread it is in, as one string. */
export function messageName(threadId: string, messageId: string): string {
  return `${threadId}/${messageId}`;
}

/**
 * Deliveries that go out together, without what later ones take back: of a message that was deleted meanwhile only the
 * deletion is told, for its text must not leave any more. The one rule for everything that is sent later than it
 * happened; clients know messages that they hear of by their deletion alone from resumes that come folded. Likewise a title
 * or metadata that was erased since is told as erased.
 * @param deleted Names of messages that are known to be deleted beside what the deliveries say.
 */
export function withoutWithdrawn(deliveries: readonly Delivery[], deleted: Iterable<string> = []): Delivery[] {
  const gone = new Set(deleted);
  const kept: Delivery[] = [];
  for (const delivery of deliveries.toReversed()) {
    const frames = delivery.frames.flatMap((frame) => still(frame, delivery.threadId, gone));
    kept.push({ ...delivery, frames });
    for (const frame of delivery.frames) noteGone(frame, gone);
  }
  return kept.reverse();
}

function noteGone({ name, payload }: Frame, gone: Set<string>): void {
  if (name === 'message:deleted') gone.add(messageName(payload.threadId, payload.messageId));
  if (name !== 'conversation:updated') return;
  for (const field of SETTINGS)
    if (payload[`${field}State`] === 'erased') gone.add(settingName(payload.threadId, field));
}

const SETTINGS = ['title', 'metadata'] as const;

/** No message has such a name: ids hold no spaces. */
const settingName = (threadId: string, field: string): string => `${threadId} ${field}`;

/** Title and metadata of a thread, or what is told of them, as far as they are not gone. */
function settled<T extends { title?: string | null; metadata?: unknown }>(
  said: T,
  threadId: string,
  gone: ReadonlySet<string>,
): T {
  const isGone = (field: (typeof SETTINGS)[number]) => Boolean(said[field]) && gone.has(settingName(threadId, field));
  return {
    ...said,
    ...(isGone('title') && { title: PLACEHOLDERS.erased, titleState: 'erased' }),
    ...(isGone('metadata') && { metadata: null, metadataState: 'erased' }),
  };
}

/** The frame, less what it says of messages that are gone; none where that is all it says. */
function still(frame: Frame, threadId: string, gone: ReadonlySet<string>): Frame[] {
  if (gone.size === 0 || frame.name === 'message:deleted') return [frame];
  if (frame.name === 'conversation:updated')
    return [{ ...frame, payload: settled(frame.payload, frame.payload.threadId, gone) }];
  if (frame.name === 'thread:created') {
    const thread = settled(frame.payload.thread, frame.payload.threadId, gone);
    return [{ ...frame, payload: { ...frame.payload, thread } }];
  }
  if (frame.name === 'conversation:created') return [{ ...frame, payload: asItStands(frame.payload, gone) }];
  const messageId = messageIn(frame);
  return messageId !== null && gone.has(messageName(threadId, messageId)) ? [] : [frame];
}

function asItStands(payload: Payload<'conversation:created'>, gone: ReadonlySet<string>) {
  const conversation = settled(payload.conversation, payload.threadId, gone);
  const last = conversation.lastMessage;
  const lastGone = last && gone.has(messageName(last.threadId, last.id));
  return { ...payload, conversation: lastGone ? { ...conversation, lastMessage: null } : conversation };
}

function messageIn({ name, payload }: Frame): string | null {
  if (name === 'message:new') return payload.id;
  return payload && 'messageId' in payload ? payload.messageId : null;
}
