import type { CommandRouter } from '@threadlog/commands';
import type { Database } from '@threadlog/read-models';
import type { Sealing } from '@threadlog/sealing';
import type { ExportFiles } from '../export/files';
import type { ExportStore } from '../export/store/port';
import type { Slots } from './slots';

/** What the routes of the worker work with. */
export interface WorkerHttpDeps {
  database: Database;
  sealing: Pick<Sealing, 'prepareTenant' | 'tenantHmac'>;
  router: CommandRouter;
  store: Pick<ExportStore, 'get'>;
  files: Pick<ExportFiles, 'ready'>;
  /** Downloads that this process serves at a time. */
  slots: Slots;
}
