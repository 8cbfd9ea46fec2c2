import { problem } from '@threadlog/events';
import { DiscardError, GenerationError, InspectionError, ReplayError } from '@threadlog/projector';

const REFUSALS = [DiscardError, GenerationError, InspectionError, ReplayError];

/** What the commands refuse is a conflict, in the same words. */
export function refuse(error: unknown): never {
  if (REFUSALS.some((refusal) => error instanceof refusal)) throw problem('conflict', (error as Error).message);
  throw error;
}
