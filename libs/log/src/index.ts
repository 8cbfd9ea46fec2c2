export * from './port';
export { epochOf, fence, MAX_EPOCH_AHEAD_MS, type FetchedRun } from './fence';
export { MAX_SHARE_BYTES, sizeOf } from './appendQueue';
export type { LogLine, LogObserver } from './observer';
export { systemScheduler, type Scheduler } from './scheduler';
export { createMemoryLog, type MemoryLog, type MemoryLogOptions, type MemorySend } from './memory/memoryLog';
export { createKafkaLog, type KafkaLogOptions } from './kafkajs/kafkaLog';
export { ensureTopic, TopicMismatchError, type TopicOptions } from './kafkajs/topic';
export type { KafkaAccess } from './kafkajs/client';
