import { z } from 'zod';
import { AGENT_TRIGGERS } from '../catalogue/values';
import { secretNamesSchema, shownSecretSchema } from './secret';

const agentExample = {
  id: 'tutor',
  url: 'https://example.com/api/chat',
  displayName: 'Tutor',
  trigger: 'every' as const,
  contextMessages: 20,
  timeoutMs: 600_000,
  secrets: [{ id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', until: null }],
  createdAt: '2026-01-15T09:00:00.000000Z',
  createdBy: 'user_123',
  updatedAt: '2026-01-15T09:00:00.000000Z',
  updatedBy: 'user_123',
};

const shape = {
  id: z.string(),
  url: z
    .string()
    .nullable()
    .meta({ description: 'Null for an agent that is asked nothing, and where the tenant’s keys are gone.' }),
  /** Null where the tenant's keys are gone. */
  displayName: z.string().nullable(),
  trigger: z.enum(AGENT_TRIGGERS),
  contextMessages: z.int(),
  timeoutMs: z.int(),
  secrets: secretNamesSchema,
  createdAt: z.string(),
  createdBy: z.string(),
  updatedAt: z.string(),
  updatedBy: z.string(),
};

/** An agent of a tenant, as every surface shows it. */
export const agentSchema = z.object(shape).meta({ id: 'Agent', example: agentExample });
export type AgentResource = z.infer<typeof agentSchema>;

/** The same to whoever made its newest secret: shown with this answer alone. */
export const agentWithSecretSchema = z.object({ ...shape, secret: shownSecretSchema('requests') }).meta({
  id: 'AgentWithSecret',
  example: { ...agentExample, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' },
});
export type AgentWithSecretResource = z.infer<typeof agentWithSecretSchema>;
