export * from './port';
export { epochOf, fence, type FetchedRun } from './fence';
export { MAX_SHARE_BYTES, sizeOf } from './appender';
export type { LogLine, LogObserver } from './observer';
export { systemScheduler, type Scheduler } from './scheduler';
export { createMemoryLog, type MemoryLogOptions, type MemorySend } from './memory/memoryLog';
