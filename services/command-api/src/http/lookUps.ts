import { askedMessage, type AskedMessage } from '@threadlog/agents';
import type { Actor } from '@threadlog/auth';
import { ProblemError, type Subject, type TenantId, notThere } from '@threadlog/events';
import type { MessageRow, ReadingQueries, ReadPlace, ReadTarget, RunStop } from '@threadlog/read-models';
import { isProblem } from '../problems';

/** What routes look up in the read model before they command. Stores that are away are `unavailable`. */
export interface LookUps {
  /** Where a reader may stand in a thread; throws as `ReadingQueries.readTarget` does. */
  readTarget(actor: Actor, place: ReadPlace): Promise<ReadTarget>;
  /** What stays unread above a position. */
  unreadAfter(actor: Actor, target: ReadTarget, readIndex: number): Promise<number>;
  /** The thread of a message; throws `not_found` where there is no such message. */
  threadOfMessage(tenantId: TenantId, messageId: string): Promise<string>;
  /** Whose erasure a request is; throws `not_found` where there is no such request. */
  subjectOfDeletion(tenantId: TenantId, requestId: string): Promise<Subject>;
  /** Notes that an open run of an agent shall stop; throws `not_found` where there is none of this id in the thread. */
  stopRun(stop: RunStop): Promise<void>;
  /** Who wrote a message of the thread that asks an agent, and when; throws `not_found` where it is not there. */
  asked(tenantId: TenantId, threadId: string, messageId: string): Promise<AskedMessage>;
  /** Resolves once the read model shows everything that stands in the log now. */
  allProjected(): Promise<void>;
}

export interface LookUpsDeps {
  message(tenantId: TenantId, messageId: string): Promise<MessageRow | undefined>;
  stopRun(stop: RunStop): Promise<boolean>;
  queries: ReadingQueries;
  subjectOfDeletion(tenantId: TenantId, requestId: string): Promise<Subject | null>;
  /** Resolves once the read model shows everything that stands in the log now. */
  allProjected(): Promise<void>;
}

/**
 * A read model is a moment behind the log, so its "not there" counts only after it has caught up; then it is asked
 * once more. What is found counts at once.
 */
export function createLookUps({ queries, allProjected, ...deps }: LookUpsDeps): LookUps {
  async function find<Found>(look: () => Promise<Found>): Promise<Found> {
    return reached(() =>
      look().catch(async (error: unknown) => {
        if (!isProblem(error) || error.problem.code !== 'not_found') throw error;
        await allProjected();
        return look();
      }),
    );
  }

  return {
    allProjected: () => reached(allProjected),
    readTarget: (actor, place) => find(() => queries.readTarget(actor, place)),
    unreadAfter: (actor, target, readIndex) => find(() => queries.unreadAfter(actor, target, readIndex)),
    subjectOfDeletion: (tenantId, requestId) =>
      find(async () => {
        const subject = await deps.subjectOfDeletion(tenantId, requestId);
        if (subject === null) throw notThere();
        return subject;
      }),
    // A run that is shown to anybody was noted before.
    stopRun: (stop) =>
      reached(async () => {
        if (!(await deps.stopRun(stop))) throw notThere();
      }),
    asked: (tenantId, threadId, messageId) => find(() => askedMessage(deps.message, tenantId, { threadId, messageId })),
    threadOfMessage: (tenantId, messageId) =>
      find(async () => {
        const threadId = await queries.threadOfMessage(tenantId, messageId);
        if (threadId === null) throw notThere();
        return threadId;
      }),
  };
}

async function reached<Found>(look: () => Promise<Found>): Promise<Found> {
  try {
    return await look();
  } catch (cause) {
    if (isProblem(cause)) throw cause;
    const detail = 'The read model cannot be reached at the moment.';
    throw new ProblemError({ code: 'unavailable', detail, retryAfter: 1 }, { cause });
  }
}
