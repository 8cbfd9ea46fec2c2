import type { ThreadResource } from '@threadlog/events';
import { threadRoutes } from '@threadlog/query-api';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps';
import { count } from '../words';
import { forOperators } from './forOperators';

const list = threadRoutes.filter(({ operationId }) => operationId === 'listThreads');

const thread = z.object({
  id: z.string(),
  type: z.string(),
  channel: z.string(),
  status: z.string(),
  learnerId: z.string().nullable(),
  parentThreadId: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  seq: count,
  messageCount: count,
  participantCount: count,
});

export const threadsAnswer = z.object({
  threads: z.array(thread),
  hasMore: z.boolean(),
  nextCursor: z.string().nullable(),
  prevCursor: z.string().nullable(),
});

/** What is listed here is named, so that nothing that people wrote slips in. */
function withoutText({ threads, ...edges }: { threads: ThreadResource[] }) {
  return { ...edges, threads: threads.map((one) => thread.parse(one)) };
}

/** Threads of a tenant, newest activity first: ids, people and figures. */
export const tenantThreadRoutes: readonly Route<ConsoleDeps>[] = forOperators(list, {
  depsOf: ({ reads }) => reads(),
  responses: { 200: { description: 'A page of threads, without what people wrote', schema: threadsAnswer } },
  shown: (body) => withoutText(body as { threads: ThreadResource[] }),
});
