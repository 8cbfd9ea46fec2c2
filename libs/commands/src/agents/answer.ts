import { modelNameSchema, requireSaying, RUN_FINISHES } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { messagePostFields } from '../messages/post';
import { runFields, stopFields } from './run';

const count = z.int().min(0).optional();

/** A message as an agent's answer to another one. */
const agentAnswerSchema = requireSaying(
  messagePostFields.pick({ threadId: true, content: true, attachments: true, metadata: true, mentions: true }).extend({
    run: z.strictObject({
      ...runFields,
      finish: z.enum(RUN_FINISHES),
      ...stopFields,
      inputTokens: count,
      outputTokens: count,
      toolCalls: count,
      model: modelNameSchema.optional(),
    }),
  }),
);

/** An agent answers a message: once, for as long as the log lives, whoever says it how often. */
export const agentAnswer = defineContract('agent.answer', agentAnswerSchema, 201);
