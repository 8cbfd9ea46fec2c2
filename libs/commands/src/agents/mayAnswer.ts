import { idInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

/** Asks whether an agent may answer a message, as it stands; nothing happens in the thread. */
export const agentMayAnswer = defineContract(
  'agent.mayAnswer',
  z.strictObject({ ...thread, triggerMessageId: idInputSchema }),
  204,
);
