import type { Logger, Service } from '@threadlog/service';
import type { JobHandler } from '../jobs/job';
import type { ExportConfig } from './config';
import { createExportFiles, type ExportFiles } from './files';
import { createExportHandler, type ExportJobDeps } from './job';
import { exportStoreFrom } from './store/fromConfig';
import type { ExportStore } from './store/port';
import { createExportSweeper } from './sweeper';

/** Exports: what makes them, keeps them, and takes them away. */
export interface Exports {
  store: ExportStore;
  files: ExportFiles;
  handler: JobHandler;
  sweeper: Service;
}

export interface ExportsDeps extends Omit<ExportJobDeps, 'store' | 'files' | 'ttlHours' | 'logger'> {
  config: ExportConfig;
  logger: Logger;
}

export function createExports(deps: ExportsDeps): Exports {
  const { config, database, logger } = deps;
  const store = exportStoreFrom(config);
  const files = createExportFiles({ database, store });
  const handler = createExportHandler({ ...deps, store, files, ttlHours: config.EXPORT_TTL_HOURS });
  return {
    store,
    files,
    handler: handler as JobHandler,
    sweeper: createExportSweeper({ database, store, files, logger }),
  };
}
