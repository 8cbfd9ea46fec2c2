import type { Route } from '@threadlog/service';
import type { QueryContext } from '../context';
import { conversationRoutes } from './conversations';
import { internalRoutes } from './internal';
import { recentMessageRoutes } from './recentMessages';
import { v1Routes } from './v1/routes';

/** Reads under the names that older clients know, on the same queries as everything else. */
export const surfaceRoutes: readonly Route<QueryContext>[] = [
  ...conversationRoutes,
  ...recentMessageRoutes,
  ...internalRoutes,
  ...v1Routes,
];
