import type { Route } from '@threadlog/service';
import type { CommandRouteDeps } from './http/commandRoute';
import { markRoutes } from './messages/markRoutes';
import { messageRoutes } from './messages/routes';
import { participantRoutes } from './participants/routes';
import { privacyRoutes } from './privacy/routes';
import { surfaceRoutes } from './surfaces';
import { tenantRoutes } from './tenants/routes';
import { threadRoutes } from './threads/routes';
import { userRoutes } from './users/routes';

/** All routes of the command API; the OpenAPI document is made from these very definitions. */
export const commandRoutes: readonly Route<CommandRouteDeps>[] = [
  ...threadRoutes,
  ...messageRoutes,
  ...markRoutes,
  ...participantRoutes,
  ...userRoutes,
  ...privacyRoutes,
  ...tenantRoutes,
  ...surfaceRoutes,
];
