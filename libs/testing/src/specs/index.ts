export * from './deciderSpec';
export * from './events';
export * from './projectionSpec';
