import { agentRotateSecret } from '@threadlog/commands';
import { happened, isRefusal } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { nextSecret } from '../secrets';
import { agentKey, inAgent, onAgent, showAgent, whyHidden } from './registration';

/** Makes the next secret of an agent. */
export const rotateAgentSecret = defineCommand(agentRotateSecret, {
  stream: inAgent,
  extras: ['secret'],
  people: writer,
  seals: agentKey,
  refusals: ['conflict', 'subject_erased'],
  decide(_input, state, context) {
    return onAgent(state, context, ({ agent_id, secrets }) => {
      const next = nextSecret(secrets, context);
      return isRefusal(next) ? next : happened({ type: 'CHAT_AGENT_SECRET_ROTATED', data: { agent_id, ...next } });
    });
  },
  shows: showAgent,
  hidesFrom: whyHidden,
});
