import { agentDelete } from '@threadlog/commands';
import { happened } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { inAgent, onAgent } from './registration';

/** Takes a registration away, with its URL and secrets. The agent is asked no more; what it wrote stays. */
export const deleteAgent = defineCommand(agentDelete, {
  stream: inAgent,
  people: writer,
  refusals: ['subject_erased'],
  decide: (_input, state, context) =>
    onAgent(state, context, ({ agent_id }) => happened({ type: 'CHAT_AGENT_DELETED', data: { agent_id } })),
});
