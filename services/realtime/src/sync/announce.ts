import { presentThread, sealedBlobsOf, type ViewerStateOf } from '@threadlog/read-models';
import { frame, placeOf, type Frame, type Payload } from '../frames';
import { withoutWithdrawn } from '../presenters/withdrawn';
import type { Subscription } from '../rooms/connection';
import type { CatchUp, CatchUpDeps } from './catchUp';
import { foldConversation } from './conversation';
import type { References } from './references';

/** What was deleted while the resource was made is among what is held back; where too much was, that is not known. */
function asOfNow(told: Payload<'conversation:created'>, { threadId, held }: Subscription): Frame {
  if (!held) return frame('conversation:created', withoutLastMessage(told));
  const first = { threadId, seq: told.seq, messageIndex: null, frames: [frame('conversation:created', told)] };
  return withoutWithdrawn([first, ...held])[0]!.frames[0]!;
}

function withoutLastMessage(told: Payload<'conversation:created'>): Payload<'conversation:created'> {
  return { ...told, conversation: { ...told.conversation, lastMessage: null } };
}

export type AnnounceDeps = Pick<CatchUpDeps, 'dispatched' | 'reader' | 'settle' | 'views' | 'onFault'> & {
  viewerStateOf: ViewerStateOf;
  references: Pick<References, 'hiddenOf'>;
  catchUp: Pick<CatchUp, 'finish'>;
};

/** Sends `conversation:created` to a socket that came into a thread by event `seq`, then lets it go live; never rejects. */
export type Announce = (subscription: Subscription, seq: number) => Promise<void>;

/**
 * What is unread is as the read model has it. The resource may be newer than `seq`: the frames held back meanwhile follow it, and applying them twice changes
 * nothing. A resource that cannot be read or shown is not waited for: the client is told `resync` of the thread, and fetches it.
 */
export function createAnnounce({
  dispatched,
  reader,
  settle,
  views,
  viewerStateOf,
  references,
  onFault,
  catchUp,
}: AnnounceDeps): Announce {
  async function created(
    { connection, threadId, visibleFrom }: Subscription,
    seq: number,
  ): Promise<Payload<'conversation:created'> | null> {
    const { tenantId, id: viewerId } = connection.actor;
    const parts = await settle.thread(
      { tenantId, threadId },
      () => reader.conversation(tenantId, threadId),
      (rows) => foldConversation(rows, dispatched.ringOf(tenantId, threadId).since(tenantId, threadId, rows.from)),
    );
    if (!parts) return null;
    const { thread, participants, members } = parts;
    const last = parts.lastMessage && parts.lastMessage.message_index >= visibleFrom ? parts.lastMessage : null;
    const people = [...participants.map(({ user_id }) => user_id), ...(last ? [last.sender_id] : [])];
    const [view, hidden, viewerState] = await Promise.all([
      views.of(tenantId, sealedBlobsOf([thread, last]), people),
      references.hiddenOf(tenantId, last ? [last] : [], visibleFrom),
      viewerStateOf(tenantId, viewerId, {
        threadId,
        visibleFrom,
        joinedIndex: members.get(viewerId)?.joined_index ?? 0,
      }),
    ]);
    const shown = { ...parts, ...viewerState, lastMessage: last, visibleFrom };
    const conversation = presentThread(shown, { ...view, viewerId, hidden });
    return { ...placeOf(threadId), seq, conversation };
  }

  return async (subscription, seq) => {
    try {
      const told = await created(subscription, seq);
      if (told && subscription.state === 'syncing') subscription.connection.wire.emit(asOfNow(told, subscription));
    } catch (cause) {
      const { threadId, connection } = subscription;
      onFault(cause, threadId);
      if (subscription.state === 'syncing') connection.wire.emit(frame('resync', { ...placeOf(threadId), seq }));
    }
    catchUp.finish(subscription);
  };
}
