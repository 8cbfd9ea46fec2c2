export { createWorker } from './role';
export { workerConfig } from './config';
export type { ErasureParts } from './deps';
export { createErasureKeys } from './erasure/keys';
export type { ExportedMessage } from './export/source/messages';
export { workerRoutes } from './http/routes';
export { createRetention, type RetentionDeps } from './retention/retention';
export { createFeed } from './feed/feed';
export { feedTopic } from './feed/topicName';
