import type { Route } from '@threadlog/service';
import type { CommandRouteDeps } from './http/commandRoute';
import { agentRunRoutes } from './routes/agentRuns';
import { agentRoutes } from './routes/agents';
import { markRoutes } from './routes/marks';
import { messageRoutes } from './routes/messages';
import { participantRoutes } from './routes/participants';
import { privacyRoutes } from './routes/privacy';
import { surfaceRoutes } from './surfaces';
import { tenantRoutes } from './routes/tenants';
import { threadRoutes } from './routes/threads';
import { userRoutes } from './routes/users';
import { webhookRoutes } from './routes/webhooks';

/** All routes of the command API; the OpenAPI document is made from these very definitions. */
export const commandRoutes: readonly Route<CommandRouteDeps>[] = [
  ...threadRoutes,
  ...messageRoutes,
  ...markRoutes,
  ...participantRoutes,
  ...agentRoutes,
  ...agentRunRoutes,
  ...userRoutes,
  ...privacyRoutes,
  ...tenantRoutes,
  ...webhookRoutes,
  ...surfaceRoutes,
];
