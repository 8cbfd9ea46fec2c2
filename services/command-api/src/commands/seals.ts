import type { SealScope } from '@threadlog/sealing';
import type { SealInput } from './define';

/** A title belongs to who writes it, the thread, without a month, and the learner. */
export function settingsKeys({ actor, threadId }: SealInput<'thread'>, learnerId: string | null): SealScope {
  return { tenantId: actor.tenantId, threadId, authorId: actor.id, month: null, learnerId };
}
