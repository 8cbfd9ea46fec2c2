import { idSchema } from '@threadlog/events';
import { secret } from '@threadlog/service';
import { z } from 'zod';

/** Shorter keys can be guessed from signatures. */
const MIN_SECRET_LENGTH = 24;

/** Variables of the agent that the operator configures. */
export const agentConfig = {
  AGENT_SERVICE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('Where an agent is asked for answers in the conversations it takes part in; none by default'),
  AGENT_ID: idSchema.default('agent').describe('The user that the agent of `AGENT_SERVICE_URL` takes part as'),
  AGENT_SERVICE_SECRET: secret()
    .pipe(z.string().min(MIN_SECRET_LENGTH))
    .optional()
    .describe(
      'What requests to `AGENT_SERVICE_URL` are signed with; during a change two, comma-separated, the new one first',
    ),
};
