import { askedMessage, type AskedMessage } from '@threadlog/agents';
import type { Actor } from '@threadlog/auth';
import { type TenantId, notThere } from '@threadlog/events';
import type { MessageRow, ReadingQueries, ReadPlace, ReadTarget, RunStop } from '@threadlog/read-models';
import { problemOf } from '@threadlog/service';

/** What commands that name a message or a read position need to know first. */
export interface LookUps {
  /** The thread of a message; rejects with `not_found`. */
  threadOf(tenantId: TenantId, messageId: string): Promise<string>;
  /** Where a reader may stand in a thread; rejects as `ReadingQueries.readTarget` does. */
  readTarget(actor: Actor, place: ReadPlace): Promise<ReadTarget>;
  /** Rejects where the access rule hides a thread. What is younger than the projection counts as hidden: nothing is waited for. */
  sees(actor: Actor, threadId: string): Promise<void>;
  /** Notes that an open run of an agent shall stop; rejects with `not_found` where there is none of this id in the thread. */
  stopRun(stop: RunStop): Promise<void>;
  /** Who wrote a message of the thread that an agent answers, and when; rejects with `not_found` where it is not there. */
  asked(tenantId: TenantId, threadId: string, messageId: string): Promise<AskedMessage>;
  /** What stays unread above a position. */
  unreadAfter(actor: Actor, target: ReadTarget, readIndex: number): Promise<number>;
}

export interface LookUpsDeps {
  stopRun(stop: RunStop): Promise<boolean>;
  message(tenantId: TenantId, messageId: string): Promise<MessageRow | undefined>;
  reading: ReadingQueries;
  /** Resolves once the read model shows everything that stands in the log now; rejects with `projection_lagging`. */
  allProjected(): Promise<void>;
}

/** What the read model does not have may be young: then the projection is waited for, once. */
export function createLookUps({ reading, allProjected, stopRun, message }: LookUpsDeps): LookUps {
  async function find<Found>(look: () => Promise<Found>): Promise<Found> {
    try {
      return await look();
    } catch (cause) {
      if (problemOf(cause)?.code !== 'not_found') throw cause;
      await allProjected();
      return look();
    }
  }

  return {
    readTarget: (actor, place) => find(() => reading.readTarget(actor, place)),
    async sees(actor, threadId) {
      await reading.readTarget(actor, { threadId });
    },
    async stopRun(stop) {
      if (!(await stopRun(stop))) throw notThere();
    },
    asked: (tenantId, threadId, messageId) => find(() => askedMessage(message, tenantId, { threadId, messageId })),
    unreadAfter: (actor, target, readIndex) => reading.unreadAfter(actor, target, readIndex),
    threadOf: (tenantId, messageId) =>
      find(async () => {
        const threadId = await reading.threadOfMessage(tenantId, messageId);
        if (threadId === null) throw notThere();
        return threadId;
      }),
  };
}
