export * from './deciderSpec';
export * from './events';
export * from './hostileInputs';
export { inputFaults, inputLeaves } from './inputLeaves';
export { changedOnce, valuesOf } from './jsonSchemaValues';
export * from './projectionSpec';
export * from './secureRoutesSpec';
export * from './testApi';
export { GARBAGE_TOKENS } from './garbageTokens';
