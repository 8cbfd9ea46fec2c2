import { z } from 'zod';
import { defineContract } from '../contract';
import { webhook } from './fields';

/** A number of a dead letter: the database gave it. */
const deadLetter = z.string().regex(/^\d{1,18}$/);

/** What an administrator asks the worker for; the worker sends it in the administrator's name before it does it. */
export const webhookReport = defineContract(
  'webhook.report',
  z.strictObject({
    ...webhook,
    act: z.discriminatedUnion('type', [
      /** Of all dead letters where none is named. */
      z.strictObject({ type: z.literal('retry'), deadLetter: deadLetter.nullable() }),
      z.strictObject({ type: z.literal('replay'), replayId: z.uuid() }),
      z.strictObject({ type: z.literal('cancelReplay'), replayId: z.uuid() }),
    ]),
  }),
  204,
);
