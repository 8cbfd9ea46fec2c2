import type { Sealed } from '@threadlog/events';

/** Text of a sealed blob (`v1.…`) as stored in a column; null when there is none or it was scrubbed. */
export type SealedText = string | null;

/** Column form of a sealed field. */
export function sealedText(value: Sealed | null | undefined): SealedText {
  return value ? value.sealed : null;
}
