import type { Actor } from '@threadlog/auth';
import { LIMITS } from '@threadlog/events';
import { newestDealtWith, type MessageRow } from '@threadlog/read-models';
import { refuse, refuseField, isRefusal, type Check, type SeenThread, type ThreadContext } from '../decision';
import { AGENTS_OFF, allowed, isAgent, isThere, viewMessage, type View } from '../policies';

/** Runs are an agent's that may write here. */
export function mayActAsAgent(context: ThreadContext, view: View): Check {
  return allowed(context, 'message.post', view) ?? (isAgent(context.actor, view) ? undefined : ONLY_AGENTS);
}

const ONLY_AGENTS = refuse('forbidden', 'only an agent does this');

/** The message that asked the agent, as the agent sees it: somebody else's. */
export function triggerOf(messageId: string, state: SeenThread, { view, actor }: { view: View; actor: Actor }) {
  const row = viewMessage(messageId, state, view);
  const isIts = !isRefusal(row) && row.sender_id !== actor.id;
  return isIts ? row : refuseField('/triggerMessageId', 'unknown', 'names no message that asks this agent');
}

/** Whether the agent has answered the message, or let it be, or done so with one after it. */
export function isOver(trigger: MessageRow, agentId: string, { thread }: View): boolean {
  return newestDealtWith(thread, agentId) >= trigger.message_index;
}

export function isNotOver(trigger: MessageRow, agentId: string, view: View): Check {
  if (isOver(trigger, agentId, view)) return refuse('run_over', 'this message, or one after it, has been dealt with');
  const runs = view.thread.agent_runs ?? {};
  const isKnown = Object.hasOwn(runs, agentId) || Object.keys(runs).length < LIMITS.agentsPerThread;
  return isKnown ? undefined : refuse('conflict', `at most ${LIMITS.agentsPerThread} agents answer in a thread`);
}

/** What is over comes first: whoever repeats a run must learn that, whatever has become of the thread since. */
export function mayAnswer(trigger: MessageRow, context: ThreadContext, view: View): Check {
  return (
    isNotOver(trigger, context.actor.id, view) ??
    isThere(trigger) ??
    isAsked(trigger, context, view) ??
    isNear(trigger, view)
  );
}

/**
 * Whether the conversation lets the agent answer this message. What was written before the last change of its mode counts
 * for nothing any more, so no run that was under way then ends in a message. In a sub-thread, which is another stream, the
 * two times are those of the owner's clock.
 */
function isAsked(trigger: MessageRow, { actor }: ThreadContext, { root }: View): Check {
  if (root.agent_mode === 'off') return AGENTS_OFF;
  if (root.agent_mode_at !== null && trigger.created_at <= root.agent_mode_at)
    return refuse('agent_off', 'the message is from before agents were let into this conversation as they are now');
  const mustName = root.agent_mode === 'mention' || trigger.sender_type === 'agent';
  if (!mustName || trigger.mentions.includes(actor.id)) return undefined;
  return refuse('agent_off', 'the message does not mention this agent');
}

/** Agents before this one, and this one. An answer counts from what it answers, and where that was no answer, from all that agents said. */
export function hopsTo(trigger: MessageRow, view: View): number {
  if (trigger.sender_type !== 'agent') return 1;
  return trigger.run ? trigger.run.hops + 1 : hopsOfPost(view);
}

/**
 * The same of what an agent posts by itself. Where nobody else has spoken yet, it is the last: else agents that begin a new
 * thread for each message would go on for ever.
 */
export function hopsOfPost({ thread: { agent_hops } }: View): number {
  return agent_hops === null ? LIMITS.agentHops : agent_hops + 1;
}

function isNear(trigger: MessageRow, view: View): Check {
  if (hopsTo(trigger, view) <= LIMITS.agentHops) return undefined;
  return refuse('run_over', `at most ${LIMITS.agentHops} agents answer each other in a row`);
}
