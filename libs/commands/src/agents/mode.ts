import { AGENT_MODES } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

/** Which messages agents answer in a conversation from now on. */
export const agentMode = defineContract(
  'agent.mode',
  z.strictObject({ ...thread, agentMode: z.enum(AGENT_MODES) }),
  200,
);
