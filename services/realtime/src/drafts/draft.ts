import type { DraftEnd, DraftState, SignalData, SignalOf, TenantId } from '@threadlog/events';
import type { Subscription } from '../rooms/connection';

export type DraftText = NonNullable<SignalData<'AGENT_DRAFT'>['text']>;

/** A run that goes on, as this instance has heard of it. Its texts stay sealed until somebody is told. */
export interface Draft {
  readonly tenantId: TenantId;
  readonly room: string;
  readonly threadId: string;
  readonly runId: string;
  readonly agentId: string;
  readonly attempt: number;
  state: DraftState;
  /** Texts from the last whole one on, without a gap. */
  texts: DraftText[];
  /** Number of the last of them; null where one was missed, until the next whole one. */
  n: number | null;
  /** Milliseconds since 1970. */
  heardAt: number;
  /** It has ended in a message, which is waited for so long; null while it goes on. */
  ending: { by: number; reason: DraftEnd } | null;
  /** What the room was told. */
  told: { state: DraftState | null; n: number };
  /** Who came into the room since, and gets the whole draft. */
  newcomers: Set<Subscription>;
  /** As they were counted. */
  bytes: number;
  isTelling: boolean;
  isOver: boolean;
}

export function newDraft({ tenant_id: tenantId, data }: SignalOf<'AGENT_DRAFT'>, room: string): Draft {
  const { thread_id: threadId, run_id: runId, agent_id: agentId, attempt } = data;
  return {
    ...{ tenantId, room, threadId, runId, agentId, attempt, state: 'thinking' },
    ...{ texts: [], n: 0, heardAt: 0, ending: null, bytes: 0, told: { state: null, n: 0 } },
    ...{ newcomers: new Set<Subscription>(), isTelling: false, isOver: false },
  };
}

/** Takes a text in. One that comes again, or late, changes nothing; after a gap nothing counts until the next whole one. */
export function takeText(draft: Draft, text: DraftText): void {
  const { n } = draft;
  if (text.op === 'replace') {
    if (n !== null && text.n < n) return;
    draft.texts = [text];
    draft.n = text.n;
  } else if (n !== null && text.n === n + 1) {
    draft.texts.push(text);
    draft.n = text.n;
  } else if (n !== null && text.n > n) loseTexts(draft);
}

/** What there is of it is not shown any further, until it comes whole. */
export function loseTexts(draft: Draft): void {
  draft.texts = [];
  draft.n = null;
}

/** Whether anybody has to be told anything that is known. */
export function isDue({ isOver, state, told, n, newcomers }: Draft): boolean {
  if (isOver) return false;
  return state !== told.state || (n !== null && (n > told.n || newcomers.size > 0));
}

/** Bytes of its texts, sealed as they are. */
export function bytesOf({ texts }: Draft): number {
  return texts.reduce((sum, { content }) => sum + content.sealed.length, 0);
}
