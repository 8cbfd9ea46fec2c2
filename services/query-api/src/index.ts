export { createQueryApi, type QueryApiDeps } from './role';
export { queryApiConfig } from './config';
export { queryRoutes } from './routes';
export type { Presence, PresenceLookup } from './ports';
