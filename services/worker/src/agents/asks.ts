import { LIMITS, rootThreadId, type ChatEvent, type TenantId } from '@threadlog/events';
import { hopsOf } from '@threadlog/read-models';

/** A message that asks an agent, as long as that has not dealt with it. */
export interface OpenRun {
  agentId: string;
  tenantId: TenantId;
  threadId: string;
  triggerMessageId: string;
  triggerIndex: number;
  askedBy: string;
  askedAt: string;
  /** Requests that came to nothing. */
  attempts: number;
  /** Somebody wants it to stop. */
  isStopped: boolean;
  /** Who that is, where it is known. */
  stoppedBy: string | null;
  /** What it is part of, where that is traced; a run that is gone on with after a start begins a trace of its own. */
  trace?: string | undefined;
}

/** A message that may ask an agent, and what that depends on. */
export interface Candidate {
  run: OpenRun;
  rootId: string;
  isPersons: boolean;
  mentionsIt: boolean;
  replyTo: string | null;
}

/** What is known of the agent, of the thread, and of the agent in it. */
export interface Surroundings {
  trigger: 'every' | 'mention';
  /** People in it, agents aside. */
  people: number;
  mode: string;
  modeAt: string | null;
  /** Up to which message its runs are over. */
  overTo: number;
  /** Whether the message replies to one of the agent's. */
  repliesToIt: boolean;
}

/** The message as one that may ask the agent; null where it never does. Others' agents ask by mention, in short chains. */
export function candidateOf(event: ChatEvent, agentId: string): Candidate | null {
  if (event.event_type !== 'CHAT_MESSAGE_CREATED') return null;
  const { data } = event;
  const mentionsIt = data.mentions.includes(agentId);
  if (data.sender_id === agentId || data.sender_type === 'system') return null;
  if (data.sender_type === 'agent' && !(mentionsIt && hopsOf(data) < LIMITS.agentHops)) return null;
  return {
    run: {
      agentId,
      tenantId: event.tenant_id,
      threadId: data.thread_id,
      triggerMessageId: data.message_id,
      triggerIndex: data.message_index,
      askedBy: data.sender_id,
      askedAt: event.timestamp,
      attempts: 0,
      isStopped: false,
      stoppedBy: null,
    },
    rootId: rootThreadId(data.thread_id),
    isPersons: data.sender_type === 'user',
    mentionsIt,
    replyTo: data.reply_to,
  };
}

/**
 * Whether it asks the agent: always where one person and the agent talk, else by mention, or by replying to it. The writer
 * decides about mode and hops once more when the answer comes; here it saves the request.
 */
export function asks({ run, isPersons, mentionsIt }: Candidate, around: Surroundings): boolean {
  if (around.mode === 'off' || around.overTo >= run.triggerIndex) return false;
  if (around.modeAt !== null && run.askedAt <= around.modeAt) return false;
  if (mentionsIt) return true;
  if (around.mode === 'mention' || around.trigger === 'mention' || !isPersons) return false;
  return around.people <= 1 || around.repliesToIt;
}
