import type { Command } from '@threadlog/commands';
import type { ProblemCode } from '@threadlog/events';
import { definitionOf } from '../commands/registry';

/**
 * What a command may be refused with on account of what it is about, besides what every request may be answered. The
 * document tells it of each route by the commands that the route sends; the deciders' tests hold the deciders to it.
 */
export function refusalsOf(command: Pick<Command, 'type'>): readonly ProblemCode[] {
  return definitionOf(command).refusals;
}

/** What any command may be refused with. */
export const COMMON_REFUSALS: readonly ProblemCode[] = ['invalid_request', 'forbidden', 'not_found', 'unavailable'];
