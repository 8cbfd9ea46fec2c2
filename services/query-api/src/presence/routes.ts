import type { Route } from '@threadlog/service';
import type { QueryContext } from '../context';
import { ok, readRoute } from '../readRoute';
import { requireRead } from '../access/visibleThread';
import { knownUsers } from './known';
import * as schemas from './schemas';

const presence = readRoute<{ query: typeof schemas.presenceQuery }>({
  path: '/api/v1/presence',
  operationId: 'getPresence',
  summary: 'See who is online',
  description:
    'The caller itself and those of the users who share a thread with it, in the order asked for. All others are left ' +
    'out, whether they exist or not.',
  tags: ['Presence'],
  query: schemas.presenceQuery,
  responses: { 200: { description: 'Whether they are online', schema: schemas.presenceListSchema } },
  problems: ['forbidden'],
  async handler({ actor, query: { userIds } }, context) {
    requireRead(actor);
    const known = await knownUsers(context.statements, actor, userIds);
    const asked = userIds.filter((userId) => known.has(userId));
    return ok({ items: await context.presence.of(actor.tenantId, asked) });
  },
});

export const presenceRoutes: readonly Route<QueryContext>[] = [presence];
