export * from './role';
export * from './config';
export * from './allRoutes';
export { registerCommandApiMetrics } from './registerMetrics';
