import { z } from 'zod';

/**
 * Whether every store takes this text and gives it back unchanged: well-formed Unicode (a lone surrogate has no UTF-8)
 * without NUL, which PostgreSQL refuses.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

export const STORABLE_TEXT = 'must be well-formed Unicode without NUL';

/** Free text of a request. Every string that no narrower pattern describes is one of these, so that none is unbounded. */
export function freeText(maxCharacters: number, minCharacters = 0) {
  const bounded = z.string().max(maxCharacters);
  const text = minCharacters > 0 ? bounded.min(minCharacters) : bounded;
  return text.refine(isStorableText, { message: STORABLE_TEXT });
}
