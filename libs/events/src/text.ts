import { z } from 'zod';

/**
 * Whether every store takes this text and gives it back unchanged: well-formed Unicode (a lone surrogate has no UTF-8)
 * without NUL, which PostgreSQL refuses.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

export const STORABLE_TEXT = 'must be well-formed Unicode without NUL';

/** What JSON Schema can say of such text; that it is well-formed is what JSON's own standard asks of every string. */
export const STORABLE_PATTERN = '^[^\\x00]*$';

/**
 * Free text of a request. Every string that no narrower pattern describes is one of these, so that none is unbounded.
 * A character is a code point, as in JSON Schema: an emoji counts once, where JavaScript's `length` counts it twice.
 */
export function freeText(maxCharacters: number, minCharacters = 0) {
  return z
    .string()
    .check(({ value, issues }) => {
      const shared = { origin: 'string', inclusive: true, input: value } as const;
      if (hasMoreCharacters(value, maxCharacters)) issues.push({ code: 'too_big', maximum: maxCharacters, ...shared });
      if (minCharacters > 0 && !hasMoreCharacters(value, minCharacters - 1))
        issues.push({ code: 'too_small', minimum: minCharacters, ...shared });
    })
    .refine(isStorableText, { message: STORABLE_TEXT })
    .meta({
      ...(minCharacters > 0 && { minLength: minCharacters }),
      maxLength: maxCharacters,
      pattern: STORABLE_PATTERN,
    });
}

/** Counts code points only where the number of code units does not tell already. */
function hasMoreCharacters(text: string, many: number): boolean {
  if (text.length <= many) return false;
  if (text.length > 2 * many) return true;
  let characters = 0;
  for (const _character of text) characters += 1;
  return characters > many;
}
