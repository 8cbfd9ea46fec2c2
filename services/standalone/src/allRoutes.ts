import { commandRoutes } from '@threadlog/command-api';
import { queryRoutes } from '@threadlog/query-api';
import type { Route } from '@threadlog/service';
import { workerRoutes } from '@threadlog/worker';

/** Every route of the HTTP API, whichever role serves it. */
export const allRoutes = [...queryRoutes, ...commandRoutes, ...workerRoutes] as readonly Route[];
