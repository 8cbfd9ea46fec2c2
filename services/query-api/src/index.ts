export { createQueryApi, type QueryApiDeps } from './role';
export { queryRoutes } from './routes';
export { openApiDocument, type ApiInfo } from './openapi';
