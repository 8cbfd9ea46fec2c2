export * from './schemas';
export * from './router';
