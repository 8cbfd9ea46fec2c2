export { conform } from './conform';
export { parseOptions, USAGE, UsageError, type Options } from './options';
export type { Failure, Outcomes } from './runner';
