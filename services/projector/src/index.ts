export * from './role';
export * from './generations/lifecycle';
export * from './quarantine/replay';
export * from './quarantine/discard';
export { DEAD_LETTER_TOPIC } from './quarantine/deadLetters';
export { projectorConfig } from './config';
