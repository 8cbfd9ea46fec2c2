import {
  rootThreadId,
  type InThread,
  type ServerEventName,
  type ServerFrame,
  type ServerToClientPayloads,
} from '@threadlog/events';

/** One protocol event with its payload, the same for every viewer. */
export type Frame = ServerFrame;

export type Payload<E extends ServerEventName> = ServerToClientPayloads[E];

/** What one log event comes to on the wire: it is delivered as a whole or not at all. */
export interface Delivery {
  /** The stream that `seq` numbers. */
  threadId: string;
  /** Null for what is about the thread and not an event of its stream: it has no place in the order. */
  seq: number | null;
  /** Index of the message it is about: participants whose history begins later do not get it. Null for all others. */
  messageIndex: number | null;
  frames: Frame[];
}

/** Types a frame's payload by its name. */
export function frame<E extends ServerEventName>(name: E, payload: ServerToClientPayloads[E]): Frame {
  return { name, payload } as Frame;
}

/** What every frame about a thread says of where it belongs. */
export function placeOf(threadId: string): InThread {
  return { conversationId: rootThreadId(threadId), threadId };
}

/** Tells a client that a thread it had is not there for it any more. */
export function lostFrame(threadId: string, reason: 'hidden' | 'limit'): Frame {
  return frame('conversation:deleted', { ...placeOf(threadId), seq: null, reason });
}
