import { agentRegister, type CommandInput } from '@threadlog/commands';
import { LIMITS, type ClearData } from '@threadlog/events';
import { happened, refuse, UNCHANGED } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { agentKey, inAgent, liveAgent, managesAgents, showAgent, whyHidden } from './registration';

type Settings = Omit<ClearData<'CHAT_AGENT_UPDATED'>, 'agent_id'>;

/**
 * Registers an agent, or changes one that is there. How many a tenant has is known from the read model, so those that are
 * registered at the same moment may go over the limit by as many as they are.
 */
export const registerAgent = defineCommand(agentRegister, {
  stream: inAgent,
  extras: ['agents', 'secret', 'inputHash'],
  people: (input, actor) => [...writer(input, actor), input.agentId],
  seals: agentKey,
  refusals: ['conflict', 'subject_erased'],
  decide(input, state, context) {
    const { agents = Infinity, secret, inputHash } = context.extras;
    const refusal = managesAgents(context);
    if (refusal) return refusal;
    const { agentId: agent_id } = input;
    const settings = settingsIn(input, inputHash!);
    const agent = liveAgent(state);
    if (agent?.settings_hash === inputHash) return UNCHANGED;
    if (agent) return happened({ type: 'CHAT_AGENT_UPDATED', data: { agent_id, ...settings } });
    if (agents >= LIMITS.agentsPerTenant)
      return refuse('conflict', `a tenant has ${LIMITS.agentsPerTenant} agents at most`);
    const made = { secret: secret!, secret_id: context.newId };
    return happened({ type: 'CHAT_AGENT_REGISTERED', data: { agent_id, ...settings, ...made } });
  },
  made: (firstEvent) => firstEvent === 'CHAT_AGENT_REGISTERED',
  shows: showAgent,
  hidesFrom: whyHidden,
});

function settingsIn(input: CommandInput<'agent.register'>, settings_hash: string): Settings {
  const { url, displayName: display_name, trigger, contextMessages, timeoutMs } = input;
  return { url, display_name, trigger, context_messages: contextMessages, timeout_ms: timeoutMs, settings_hash };
}
