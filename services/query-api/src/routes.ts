import type { Route } from '@threadlog/service';
import { agentQueryRoutes } from './agents/routes';
import type { QueryContext } from './context';
import { auditRoutes } from './audit/routes';
import { messageRoutes } from './messages/routes';
import { privacyQueryRoutes } from './privacy/routes';
import { presenceRoutes } from './presence/routes';
import { surfaceRoutes } from './surfaces';
import { searchRoutes } from './search/routes';
import { threadRoutes } from './threads/routes';
import { webhookQueryRoutes } from './webhooks/routes';

/** Every route of the query API. */
export const queryRoutes: readonly Route<QueryContext>[] = [
  ...threadRoutes,
  ...messageRoutes,
  ...searchRoutes,
  ...auditRoutes,
  ...privacyQueryRoutes,
  ...webhookQueryRoutes,
  ...agentQueryRoutes,
  ...presenceRoutes,
  ...surfaceRoutes,
];
