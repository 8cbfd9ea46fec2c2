import { defineRoute } from '@threadlog/service';
import { z } from 'zod';
import type { ConsoleDeps } from './deps';

export const sessionAnswer = z.object({ mayReveal: z.boolean() });

export const showSession = defineRoute({
  method: 'get',
  path: '/ops/session',
  summary: 'What the token permits',
  tags: ['Operations'],
  auth: 'user',
  responses: { 200: { description: 'Its rights', schema: sessionAnswer } },
  handler: ({ raw: { request } }, { mayReveal }: ConsoleDeps) => ({
    status: 200,
    body: { mayReveal: mayReveal(request) },
  }),
});
