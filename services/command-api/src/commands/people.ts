import type { Actor } from '@threadlog/auth';

const NOBODY: readonly string[] = [];

/**
 * The people without whose admission a command may not be: whoever writes, and whoever it brings in. Text is not asked
 * about here: it cannot be sealed for somebody erased. Taking things away from somebody erased stays possible.
 */
export function writer(_input: unknown, actor: Actor): readonly string[] {
  return actor.type === 'user' || actor.type === 'agent' ? [actor.id] : NOBODY;
}

/** For commands that write nothing, or only text. */
export function nobody(): readonly string[] {
  return NOBODY;
}
