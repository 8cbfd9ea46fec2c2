export * from './compose';
export * from './config';
export type * from './console/answers';
