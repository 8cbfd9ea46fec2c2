import { z } from 'zod';
import { idSchema, threadIdSchema } from '../ids';
import { defineEvent } from './define';
import * as v from './values';

/** Name of a language model, of whatever maker: bounded and charset-checked, never free text. */
export const modelNameSchema = z.string().regex(/^[A-Za-z0-9._:@|+/-]{1,128}$/);

/** One run of an agent: it was asked by a message, and answers that at most once. */
const run = {
  run_id: z.uuid(),
  trigger_message_id: idSchema,
  /** Of that message: an agent answers the messages of a thread in their order, so its newest run says all that was. */
  trigger_index: v.positiveInt,
};

/** Who wanted it to stop, where somebody did. */
const stop = { stopped_by: idSchema.optional() };

/** What is known of the run that a message came out of. */
export const runSchema = z.strictObject({
  ...run,
  finish: z.enum(v.RUN_FINISHES),
  /** 1 where a person asked; one more with each agent that asked another. */
  hops: v.positiveInt,
  ...stop,
  input_tokens: z.int().min(0).optional(),
  output_tokens: z.int().min(0).optional(),
  tool_calls: z.int().min(0).optional(),
  model: modelNameSchema.optional(),
});
export type MessageRun = z.infer<typeof runSchema>;

/** Events of a thread about the agents in it. */
export const agentRunEvents = {
  CHAT_AGENT_MODE_CHANGED: defineEvent('thread', [], {
    thread_id: threadIdSchema,
    mode: z.enum(v.AGENT_MODES),
    previous: z.enum(v.AGENT_MODES),
  }),
  CHAT_AGENT_RUN_ENDED: defineEvent('thread', [], {
    thread_id: threadIdSchema,
    ...run,
    agent_id: idSchema,
    reason: z.enum(v.RUN_END_REASONS),
    ...stop,
  }),
};
