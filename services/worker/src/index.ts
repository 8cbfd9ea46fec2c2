export { createWorker } from './role';
export { workerConfig, type WorkerConfig } from './config';
export type { WorkerDeps } from './deps';
