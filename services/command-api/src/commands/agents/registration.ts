import { mayManageAgents, type Actor } from '@threadlog/auth';
import type { Problem } from '@threadlog/events';
import type { AgentRow } from '@threadlog/read-models';
import type { SealScope } from '@threadlog/sealing';
import { isRefusal, type Decision, type DecisionContext, type Refusal, type Seen } from '../decision';
import type { SealInput, Shown, ShownInput, StreamRule } from '../define';
import { forbidden, notFound } from '../policies';

export const inAgent: StreamRule<'agent', { agentId: string }> = { type: 'agent', id: ({ agentId }) => agentId };

const FORBIDDEN = forbidden('agent.manage');

export function managesAgents({ actor }: Pick<DecisionContext, 'actor'>): Refusal | undefined {
  return mayManageAgents(actor) ? undefined : FORBIDDEN;
}

/** A first answer may show a secret: not to whoever has lost the right since. */
export function whyHidden(actor: Actor): Problem | null {
  return managesAgents({ actor })?.problem ?? null;
}

export function liveAgent({ agent }: Seen<'agent'>): AgentRow | null {
  return agent && agent.deleted_at === null ? agent : null;
}

/** Decides about an agent that is there, for who may: for everybody else none is. */
export function onAgent(
  state: Seen<'agent'>,
  context: DecisionContext,
  decide: (agent: AgentRow) => Decision | Refusal,
): Decision {
  const found = (mayManageAgents(context.actor) && liveAgent(state)) || notFound();
  return isRefusal(found) ? found : decide(found);
}

/**
 * A registration has a key of its own, so that the erasure of whom the agent speaks to, or of its own messages, does not take
 * it away; that of the tenant does. No thread's id has the colon.
 */
export function agentKey(_input: unknown, { actor, threadId: agentId }: SealInput<'agent'>): SealScope {
  return { tenantId: actor.tenantId, authorId: null, threadId: `agent:${agentId}`, month: null, learnerId: null };
}

/** With the secret that the command made, where it made one; a receipt names it. */
export function showAgent(_input: unknown, { state, resourceId, changed }: ShownInput<'agent'>): Shown {
  return { kind: 'agent', row: state.agent!, secretId: changed ? resourceId : null };
}
