import type { ServerFrames } from '../generated/wire.ts';

/** How an agent's answer is coming along; `ended` is followed by its message, where there is one. */
export interface AgentRunFrame {
  conversationId: string;
  threadId: string;
  runId: string;
  agentId: string;
  state: string;
  reason?: string;
}

/** `append` goes on from text n - 1 of the run, `replace` is the whole draft so far. */
export interface AgentTextFrame {
  conversationId: string;
  threadId: string;
  runId: string;
  n: number;
  op: 'append' | 'replace';
  text: string;
}

/** All frames; those of agents are known here before the server's build sends them. */
export type Frames = Omit<ServerFrames, 'agent:run' | 'agent:text'> & {
  'agent:run': AgentRunFrame;
  'agent:text': AgentTextFrame;
};

export type FrameName = keyof Frames;
/** A frame with its name; narrow it by `name`. */
export type Frame<Name extends FrameName = FrameName> = { [N in Name]: { name: N; payload: Frames[N] } }[Name];

/** The number of the event that a frame is about, where there is one. */
export function seqOf(frame: Frame): number | null {
  const { seq } = frame.payload as { seq?: number | null };
  return seq ?? null;
}

/** The stream that a frame is about; null for those about people. */
export function threadOf(frame: Frame): string | null {
  return (frame.payload as { threadId?: string }).threadId ?? null;
}
