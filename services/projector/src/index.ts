export * from './role';
export * from './generations/lifecycle';
export * from './generations/progress';
export * from './inspect';
export * from './quarantine/replay';
export * from './quarantine/discard';
export * from './quarantine/waiting';
export { projectorConfig, projectorOptions } from './config';
export { registerProjectorMetrics } from './registerMetrics';
