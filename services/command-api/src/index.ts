export * from './role';
export * from './config';
export * from './allRoutes';
export { registerCommandApiMetrics } from './registerMetrics';
export { rememberWrites } from './router/commandRouter';
