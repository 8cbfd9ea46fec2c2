import type { CommandRouter } from '@threadlog/commands';
import type { Runtime } from '@threadlog/runtime';
import type { WorkerConfig } from './config';

/** What every part of the worker is made of; a `Runtime` with a way to write will do. */
export interface WorkerDeps extends Pick<
  Runtime,
  'database' | 'log' | 'openTopic' | 'sealing' | 'erasures' | 'messageStore' | 'admission' | 'logger' | 'metrics'
> {
  config: WorkerConfig;
  /** The only way to write to the log. */
  router: CommandRouter;
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}
