export * from './schemas';
export * from './router';
export * from './readUpTo';
export * from './forward';
export * from './forwardGuard';
export * from './remoteRouter';
