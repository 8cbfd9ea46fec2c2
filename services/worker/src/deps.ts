import type { CommandRouter } from '@threadlog/commands';
import type { Runtime, Signals } from '@threadlog/runtime';
import type { WorkerConfig } from './config';
import type { ErasureDeps } from './erasure/ports';

/** What every part of the worker is made of; a `Runtime` with a way to write will do. */
export interface WorkerDeps extends Pick<
  Runtime,
  | 'database'
  | 'clock'
  | 'sessions'
  | 'log'
  | 'openTopic'
  | 'erasures'
  | 'sealing'
  | 'messageStore'
  | 'admission'
  | 'logger'
  | 'metrics'
> {
  config: WorkerConfig;
  /** Where the operations port of this process is. */
  opsUrl?: string | undefined;
  /** Who is there, for the webhook; what agents are about to say, for sockets. */
  signals?: Pick<Signals, 'listen' | 'publish'> | undefined;
  /** The only way to write to the log. */
  router: CommandRouter;
  /** Takes the place of what erasures end, drop and sign with. For tests. */
  erasure?: Partial<ErasureParts> | undefined;
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}

/** What only erasures need; the rest of it is everybody's. */
export type ErasureParts = Pick<ErasureDeps, 'keys' | 'files' | 'signReceipt' | 'now' | 'projectionMs' | 'holdRetryMs'>;
