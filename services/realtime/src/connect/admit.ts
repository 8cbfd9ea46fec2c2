import { hasPermission, type Actor } from '@threadlog/auth';
import { problem, threadIdInputSchema } from '@threadlog/events';
import { z } from 'zod';
import type { Since } from '../sync/join';
import type { Slot, Slots } from './slots';

export interface AdmitDeps {
  slots: Slots;
  /** Threads that a resume map may name. */
  maxResume: number;
}

/** What an actor who may listen listens with. */
export interface Admitted {
  resume: Since | null;
  slot: Slot;
}

const resumeSchema = z.record(threadIdInputSchema, z.int().min(0));

/**
 * Lets somebody listen who has proven who it is, whatever it listens over. The slot it takes has to be left again. Throws
 * problems: `forbidden`, `invalid_request`, `rate_limited`.
 */
export function admit(deps: AdmitDeps, actor: Actor, givenResume: unknown): Admitted {
  if (!hasPermission(actor, 'chat:read')) throw problem('forbidden', 'The token does not allow reading.');
  const resume = readResume(givenResume, deps.maxResume);
  const slot = deps.slots.take(actor);
  if (!slot) throw problem('rate_limited', 'This user has too many sockets and streams.', { retryAfter: 1 });
  return { resume, slot };
}

function readResume(given: unknown, most: number): Since | null {
  if (given === undefined || given === null) return null;
  // Counted first: a list without an end is not looked through.
  const isTooLong = typeof given === 'object' && Object.keys(given).length > most;
  const parsed = isTooLong ? undefined : resumeSchema.safeParse(given);
  if (!parsed?.success) throw problem('invalid_request', `The resume map must give seqs by thread, ${most} at most.`);
  return new Map(Object.entries(parsed.data));
}
