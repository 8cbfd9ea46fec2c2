import type { Route } from '@threadlog/service';
import type { CommandRouteDeps } from './http/commandRoute';
import { messageRoutes } from './messages/routes';
import { participantRoutes } from './participants/routes';
import { threadRoutes } from './threads/routes';

/** All routes of the command API; the OpenAPI document is made from these very definitions. */
export const commandRoutes: readonly Route<CommandRouteDeps>[] = [
  ...threadRoutes,
  ...messageRoutes,
  ...participantRoutes,
];
