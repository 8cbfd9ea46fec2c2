import { z } from 'zod';
import { idSchema } from '../ids';
import { defineEvent } from './define';
import * as v from './values';

const agent = { agent_id: idSchema };

/** How an agent is asked. */
const settings = {
  /** Null for one that is asked nothing and comes by itself. */
  url: v.sealedSchema.nullable(),
  display_name: v.sealedSchema,
  trigger: z.enum(v.AGENT_TRIGGERS),
  context_messages: v.positiveInt,
  timeout_ms: v.positiveInt,
  /** Of all of it, keyed by the tenant: sealed text cannot be compared. */
  settings_hash: v.keyedHashSchema,
};

/** Agents of a tenant's own; each is a stream that goes by the agent's id. URL, name and secret are sealed. */
export const agentEvents = {
  CHAT_AGENT_REGISTERED: defineEvent('agent', ['url', 'display_name', 'secret'], {
    ...agent,
    ...settings,
    ...v.firstSecret,
  }),
  CHAT_AGENT_UPDATED: defineEvent('agent', ['url', 'display_name'], { ...agent, ...settings }),
  CHAT_AGENT_SECRET_ROTATED: defineEvent('agent', ['secret'], { ...agent, ...v.nextSecret }),
  CHAT_AGENT_DELETED: defineEvent('agent', [], agent),
};
