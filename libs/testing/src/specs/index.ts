export * from './deciderSpec';
export * from './events';
export * from './inputLeaves';
export * from './projectionSpec';
export * from './secureRoutesSpec';
export * from './testApi';
export { GARBAGE_TOKENS } from './garbageTokens';
