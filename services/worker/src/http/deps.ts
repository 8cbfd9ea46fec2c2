import type { CommandRouter } from '@threadlog/commands';
import type { Database } from '@threadlog/read-models';
import type { Sealing } from '@threadlog/sealing';
import type { ExportFiles } from '../export/files';
import type { ExportStore } from '../export/store/port';

/** What the routes of the worker work with. */
export interface WorkerHttpDeps {
  database: Database;
  sealing: Pick<Sealing, 'prepareTenant' | 'tenantHmac'>;
  router: CommandRouter;
  store: Pick<ExportStore, 'get'>;
  files: Pick<ExportFiles, 'ready'>;
  /** Downloads that this process serves at a time. */
  slots: DownloadSlots;
}

/** Bounds what is streamed at a time. */
export interface DownloadSlots {
  /** Takes a place, which must be given back; null where all are taken. */
  take(): (() => void) | null;
}

/** Each download holds a file or a connection to the bucket open. */
const MAX_DOWNLOADS = 64;

export function createDownloadSlots(most = MAX_DOWNLOADS): DownloadSlots {
  let taken = 0;
  return {
    take() {
      if (taken >= most) return null;
      taken += 1;
      let given = false;
      return () => {
        if (!given) taken -= 1;
        given = true;
      };
    },
  };
}
