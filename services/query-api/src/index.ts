export { createQueryApi, createQueryContext, type QueryApi, type QueryApiDeps } from './role';
export type { QueryContext } from './context';
export { privacyQueryRoutes } from './privacy/routes';
export { threadRoutes } from './threads/routes';
export { webhookQueryRoutes } from './webhooks/routes';
export { findWebhookAttempt } from './webhooks/attempts';
export { queryApiConfig } from './config';
export { queryRoutes } from './routes';
