export { createWorker } from './role';
export { workerConfig, type WorkerConfig } from './config';
export type { ErasureParts, WorkerDeps } from './deps';
export { createErasureKeys } from './erasure/keys';
export { createExportFiles, type ExportFiles } from './export/files';
export type { ExportStore } from './export/store/port';
export { workerRoutes } from './http/routes';
