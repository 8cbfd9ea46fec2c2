export { createQueryApi, type QueryApi, type QueryApiDeps } from './role';
export { queryApiConfig } from './config';
export { queryRoutes } from './routes';
