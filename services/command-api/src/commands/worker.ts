import type { Actor } from '@threadlog/auth';
import { refuse } from './decision';

/** The worker acts as the system; no token and no internal secret makes such an actor. */
export function isWorker(actor: Actor): boolean {
  return actor.type === 'system';
}

export const ONLY_WORKER = refuse('forbidden', 'only the worker does this');
