export * from './rows';
export * from './schema/core';
export * from './schema/generation';
