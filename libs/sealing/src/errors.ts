/**
 * `tampered`: not a blob, altered, or bound to another place. `key_missing`: a key was
 * not prepared; one that the store does not have is no error. `expired`: a sealer was kept too long. `master_key`: a wrapped key cannot be unwrapped.
 */
export type SealingErrorCode = 'tampered' | 'key_missing' | 'expired' | 'master_key';

/** A fault of sealing or opening; its message never holds text or keys. Erasure is not an error. */
export class SealingError extends Error {
  override readonly name = 'SealingError';
  constructor(
    readonly code: SealingErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
