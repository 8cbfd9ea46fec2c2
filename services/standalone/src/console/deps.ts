import type { Runtime } from '@threadlog/runtime';
import type { Health } from '@threadlog/service';

/** What the operator's routes work on. */
export interface ConsoleDeps extends Pick<Runtime, 'database' | 'log' | 'messageStore' | 'logger'> {
  /** This process, as the others know it. */
  process: { id: string; health: Pick<Health, 'report'> };
}
