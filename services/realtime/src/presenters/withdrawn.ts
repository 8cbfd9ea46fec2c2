import type { Payload, Delivery, Frame } from '../frames';

/** A message, whatever thread it is in, as one string. */
export function messageName(threadId: string, messageId: string): string {
  return `${threadId}/${messageId}`;
}

/**
 * Deliveries that go out together, without what later ones take back: of a message that was deleted meanwhile only the
 * deletion is told, for its text must not leave any more. The one rule for everything that is sent later than it
 * happened; clients know messages that they hear of by their deletion alone from resumes that come folded.
 * @param deleted Names of messages that are known to be deleted beside what the deliveries say.
 */
export function withoutWithdrawn(deliveries: readonly Delivery[], deleted: Iterable<string> = []): Delivery[] {
  const gone = new Set(deleted);
  const kept: Delivery[] = [];
  for (const delivery of deliveries.toReversed()) {
    const frames = delivery.frames.flatMap((frame) => still(frame, delivery.threadId, gone));
    kept.push({ ...delivery, frames });
    for (const { name, payload } of delivery.frames)
      if (name === 'message:deleted') gone.add(messageName(payload.threadId, payload.messageId));
  }
  return kept.reverse();
}

/** The frame, less what it says of messages that are gone; none where that is all it says. */
function still(frame: Frame, threadId: string, gone: ReadonlySet<string>): Frame[] {
  if (gone.size === 0 || frame.name === 'message:deleted') return [frame];
  if (frame.name === 'conversation:created') return [{ ...frame, payload: withoutLast(frame.payload, gone) }];
  const messageId = messageIn(frame);
  return messageId !== null && gone.has(messageName(threadId, messageId)) ? [] : [frame];
}

function withoutLast(payload: Payload<'conversation:created'>, gone: ReadonlySet<string>) {
  const { conversation } = payload;
  const last = conversation.lastMessage;
  if (!last || !gone.has(messageName(last.threadId, last.id))) return payload;
  return { ...payload, conversation: { ...conversation, lastMessage: null } };
}

function messageIn({ name, payload }: Frame): string | null {
  if (name === 'message:new') return payload.id;
  return payload && 'messageId' in payload ? payload.messageId : null;
}
