import type { CommandRouter } from '@threadlog/commands';
import type { Runtime } from '@threadlog/runtime';
import type { WorkerConfig } from './config';
import type { DestroyKeys } from './retention/months';

/** What every part of the worker is made of; a `Runtime` with a way to write will do. */
export interface WorkerDeps extends Pick<
  Runtime,
  'database' | 'log' | 'openTopic' | 'sealing' | 'messageStore' | 'admission' | 'logger' | 'metrics'
> {
  config: WorkerConfig;
  /** Writes down which keys go before it destroys them; without it keys are destroyed and that is all. */
  erasures?: { destroy: DestroyKeys };
  /** The only way to write to the log. */
  router: CommandRouter;
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}
