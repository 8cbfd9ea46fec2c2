import type { Route } from '@threadlog/service';
import type { CommandRouteDeps } from '../http/commandRoute';
import { conversationMessageRoutes } from './conversationMessages';
import { conversationRoutes } from './conversations';
import { internalRoutes } from './internal';
import { messageByIdRoutes } from './messages';
import { conversationParticipantRoutes } from './participants';
import { subThreadRoutes } from './subThreads';
import { v1Routes } from './v1/routes';

/** Writes under the names that older clients know, on the same commands as everything else. */
export const surfaceRoutes: readonly Route<CommandRouteDeps>[] = [
  ...conversationRoutes,
  ...conversationParticipantRoutes,
  ...conversationMessageRoutes,
  ...subThreadRoutes,
  ...messageByIdRoutes,
  ...internalRoutes,
  ...v1Routes,
];
