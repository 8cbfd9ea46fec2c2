import { AGENT_TRIGGERS, freeText, LIMITS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { agent } from './fields';

const { agentTimeoutLeastMs, agentTimeoutMostMs } = LIMITS;

/** All that is chosen of an agent: what is left out is as if it never was said. */
export const agentRegisterSchema = z.strictObject({
  ...agent,
  url: freeText(LIMITS.webhookUrlCharacters, 1).nullable().default(null).meta({
    description: 'Where it is asked; without one it is asked nothing, and comes by itself through this API.',
  }),
  displayName: freeText(LIMITS.displayNameCharacters, 1),
  trigger: z.enum(AGENT_TRIGGERS).default('every').meta({
    description:
      '`every`: messages of a person who talks with it alone, and what mentions it or replies to it. `mention`: what mentions it. `off`: none.',
  }),
  contextMessages: z.int().min(1).max(LIMITS.agentContextMessages).default(LIMITS.agentContextDefault).meta({
    description: 'Messages that it is told, the one that asks it included.',
  }),
  timeoutMs: z.int().min(agentTimeoutLeastMs).max(agentTimeoutMostMs).default(agentTimeoutMostMs).meta({
    description: 'For the whole of an answer. It begins, and goes on, within 60 s all the same.',
  }),
});

/** Registers an agent, or changes it. The same again changes nothing. */
export const agentRegister = defineContract('agent.register', agentRegisterSchema, 201);
