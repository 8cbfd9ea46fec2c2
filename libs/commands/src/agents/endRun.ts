import { RUN_END_REASONS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';
import { runFields, stopFields } from './run';

/** A run of an agent leaves no message. One that is over already stays as it is. */
export const agentEndRun = defineContract(
  'agent.endRun',
  z.strictObject({ ...thread, ...runFields, reason: z.enum(RUN_END_REASONS), ...stopFields }),
  204,
);
