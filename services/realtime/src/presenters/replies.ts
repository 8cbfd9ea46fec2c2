import type { MessageResource } from '@threadlog/events';
import type { Delivery, Frame } from '../frames';

/** The message that a delivery shows as a whole, if it shows one. */
function messageIn({ name, payload }: Frame): MessageResource | undefined {
  if (name === 'message:new') return payload;
  return name === 'message:updated' || name === 'message:edited' ? payload.message : undefined;
}

/** Id of the message that what is delivered replies to; null for all that is no reply. */
export function repliedTo({ frames }: Pick<Delivery, 'frames'>): string | null {
  for (const each of frames) {
    const replyTo = messageIn(each)?.replyTo;
    if (replyTo) return replyTo;
  }
  return null;
}

/** The same for somebody for whom the message that it replies to does not exist. */
export function withoutReply(delivery: Delivery): Delivery {
  return { ...delivery, frames: delivery.frames.map(unreferring) };
}

function unreferring(told: Frame): Frame {
  switch (told.name) {
    case 'message:new':
      return { name: told.name, payload: { ...told.payload, replyTo: null } };
    case 'message:updated':
    case 'message:edited': {
      const { message } = told.payload;
      return message ? { name: told.name, payload: { ...told.payload, message: { ...message, replyTo: null } } } : told;
    }
    default:
      return told;
  }
}
