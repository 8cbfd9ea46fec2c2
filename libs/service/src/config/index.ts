export * from './aliases';
export * from './document';
export * from './environment';
export * from './errors';
export * from './fields';
export * from './fragments';
export * from './loadConfig';
export * from './secrets';
