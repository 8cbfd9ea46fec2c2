import type { Actor } from '@threadlog/auth';
import type { Command } from '@threadlog/commands';
import type { Problem } from '@threadlog/events';

const NOBODY: readonly string[] = [];

/**
 * The people without whose admission a command may not be: whoever writes, and whoever it brings in. Text is not asked
 * about here: it cannot be sealed for somebody erased. Taking things away from somebody erased stays possible.
 */
export function peopleOf(command: Command, actor: Actor): readonly string[] {
  if (command.type === 'message.post' || command.type === 'message.edit') return NOBODY;
  // Nor where nothing is written.
  if (command.type === 'thread.newest' || command.type.startsWith('privacy.')) return NOBODY;
  return [...(isPerson(actor) ? [actor.id] : NOBODY), ...broughtIn(command)];
}

function broughtIn({ type, input }: Command): readonly string[] {
  if (type === 'participant.add') return [input.userId];
  if (type !== 'thread.create') return NOBODY;
  return input.learnerId === null ? input.participantIds : [input.learnerId, ...input.participantIds];
}

function isPerson({ type }: Actor): boolean {
  return type === 'user' || type === 'agent';
}

export const ERASED: Problem = {
  code: 'subject_erased',
  detail: 'Somebody who writes here, or whom this brings in, was erased.',
};
