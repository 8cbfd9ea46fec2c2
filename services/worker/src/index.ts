export { createWorker } from './role';
export { workerConfig, type WorkerConfig } from './config';
export type { WorkerDeps } from './deps';
export { workerActor } from './actor';
export { createRetention, type RetentionDeps } from './retention/retention';
export { createFeed, type FeedDeps } from './feed/feed';
export { feedTopic, tenantOfFeed } from './feed/topicName';
