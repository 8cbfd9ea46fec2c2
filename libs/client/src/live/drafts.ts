import type { AgentRunFrame, AgentTextFrame } from './frames.ts';

/** What an agent is about to say. */
export interface Draft {
  runId: string;
  agentId: string;
  /** `thinking`, `tool`, `writing`, `ended`, or what later builds call it. */
  state: string;
  /** How it ended, once it did. */
  reason: string | null;
  /** So far; what stands in the end is the message. */
  text: string;
  /** Number of the last part of the text. */
  n: number;
  /** A part in between is missing: the text stands still until it comes as a whole. */
  gap: boolean;
}

export type Drafts = readonly Draft[];

/** Most runs and most text of one that are held: what is drafted is not the history. */
const MOST_DRAFTS = 20;
const MOST_TEXT = 200_000;

export function withRun(drafts: Drafts, { runId, agentId, state, reason }: AgentRunFrame): Drafts {
  const held = drafts.find((draft) => draft.runId === runId);
  const draft = { ...(held ?? { runId, text: '', n: 0, gap: false }), agentId, state, reason: reason ?? null };
  if (held) return drafts.map((one) => (one === held ? draft : one));
  return [...drafts, draft].slice(-MOST_DRAFTS);
}

export function withText(drafts: Drafts, frame: AgentTextFrame): Drafts {
  const { runId } = frame;
  const held = drafts.find((draft) => draft.runId === runId);
  const before = held ?? { runId, agentId: '', state: 'writing', reason: null, text: '', n: 0, gap: false };
  const draft = before.state === 'ended' ? before : extended(before, frame);
  if (!held) return [...drafts, draft].slice(-MOST_DRAFTS);
  return draft === held ? drafts : drafts.map((one) => (one === held ? draft : one));
}

/** A `replace` may come again under the number of the last part; an `append` only goes on from the part before it. */
function extended(draft: Draft, { n, op, text }: AgentTextFrame): Draft {
  if (op === 'replace') return n < draft.n ? draft : { ...draft, n, gap: false, text: text.slice(0, MOST_TEXT) };
  if (n <= draft.n) return draft;
  if (draft.gap || n !== draft.n + 1) return { ...draft, gap: true };
  return { ...draft, n, text: (draft.text + text).slice(0, MOST_TEXT) };
}

export function withoutRun(drafts: Drafts, runId: string): Drafts {
  return drafts.some((draft) => draft.runId === runId) ? drafts.filter((draft) => draft.runId !== runId) : drafts;
}
