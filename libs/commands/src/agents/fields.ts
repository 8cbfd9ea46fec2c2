import { personIdSchema } from '@threadlog/auth';

/** Which agent: it is a user, and goes by a user's id. */
export const agent = { agentId: personIdSchema };
