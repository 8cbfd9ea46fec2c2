export * from './config';
export * from './createRuntime';
export * from './logMetrics';
export * from './reach';
export * from './remoteCommands';
export * from './runRoles';
export * from './runtime';
