import type { Actor } from '@threadlog/auth';
import { missingOf, type Attachment, type SenderType } from '@threadlog/events';
import type { SealScope } from '@threadlog/sealing';
import { refuse, refuseField, type Check, type ThreadContext } from '../decision';
import type { SealInput } from '../define';
import { agentsMaySpeak } from '../agents/rules';
import { isOpen, type View } from '../policies';

/** What is true of every new message, whichever command brings it. */

/** Text belongs to its author, the thread's month and the learner. */
export function messageKeys({ actor, threadId, learnerId, now }: SealInput<'thread'>): SealScope {
  return { tenantId: actor.tenantId, threadId, authorId: actor.id, month: now.slice(0, 7), learnerId };
}

/** As what the actor speaks: an agent by its token's role too, the product itself as the system. */
export function senderType(actor: Actor): SenderType {
  if (actor.type === 'internal' || actor.type === 'system') return 'system';
  return actor.type === 'agent' || actor.role === 'agent' ? 'agent' : 'user';
}

interface NewMessage {
  content: string;
  messageType?: string;
  attachments: Attachment[];
}

export function isSound(input: NewMessage): Check {
  const fault = missingOf(input);
  return fault ? refuseField(`/${fault.field}`, 'required', fault.message) : undefined;
}

/** Deleted messages make room again. */
function hasRoom(view: View, context: ThreadContext): Check {
  const { maxMessagesPerThread } = context.limits;
  if (view.thread.last_message_index - view.thread.deleted_count < maxMessagesPerThread) return undefined;
  return refuse('thread_full', `a thread holds at most ${maxMessagesPerThread} messages`);
}

/** The thread is open, to this speaker too, and not full. */
export function takesMessages(view: View, context: ThreadContext): Check {
  return isOpen(view) ?? agentsMaySpeak(view, context) ?? hasRoom(view, context);
}
