import { randomUUID } from 'node:crypto';
import { draftPlace, type DraftState, type SignalData, type TenantId } from '@threadlog/events';
import type { Signals } from '@threadlog/runtime';
import type { SealingService, SealScope } from '@threadlog/sealing';

/** A run as far as drafts tell of it. */
export interface RunOfDraft {
  tenantId: TenantId;
  threadId: string;
  runId: string;
  agentId: string;
  /** A later one replaces what earlier ones have said. */
  attempt: number;
  /** Whose message it answers, and when that was written. */
  askedBy: string;
  askedAt: string;
}

export interface DraftDeps {
  publish: Signals['publish'];
  sealing: Pick<SealingService, 'sealer' | 'cachedSealer'>;
  /** Whom the conversation is about. */
  learnerOf(run: Pick<RunOfDraft, 'tenantId' | 'threadId'>): Promise<string | null>;
}

type Draft = SignalData<'AGENT_DRAFT'>;

/** Says what is known of one run, to all instances. */
export interface DraftSignals {
  say(state: DraftState, rest?: Pick<Draft, 'text' | 'reason' | 'has_message'>): void;
  /** Rejects with `subject_erased` where one of those it is sealed for is no more. */
  sealed(text: string, at: { n: number; op: 'append' | 'replace' }): Promise<NonNullable<Draft['text']>>;
}

/** Texts are sealed for who asked, the thread and its learner, which are looked up once. */
export function createDraftSignals({ publish, sealing, learnerOf }: DraftDeps, run: RunOfDraft): DraftSignals {
  const { tenantId, threadId: thread_id, runId: run_id, agentId: agent_id, attempt } = run;
  const about = { thread_id, run_id, agent_id, attempt };
  let scope: SealScope | undefined;
  return {
    say: (state, rest) => publish(tenantId, 'AGENT_DRAFT', { ...about, state, ...rest }),
    async sealed(text, at) {
      scope ??= await scopeOf(run, learnerOf);
      const sealer = sealing.cachedSealer(scope) ?? (await sealing.sealer(scope));
      return { ...at, content: sealer.seal(text, { ...draftPlace(about, at), eventId: randomUUID() }) };
    },
  };
}

/** The month is that of the message that asks, whose key is there. */
async function scopeOf(run: RunOfDraft, learnerOf: DraftDeps['learnerOf']): Promise<SealScope> {
  const { tenantId, threadId, askedBy, askedAt } = run;
  return { tenantId, threadId, authorId: askedBy, month: askedAt.slice(0, 7), learnerId: await learnerOf(run) };
}
