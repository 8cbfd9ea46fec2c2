import type { SealedSecret, SealedText } from '../projections';

/** A secret in the clear. */
export interface OpenSecret {
  id: string;
  secret: string;
  /** When it ends; null for the newest. */
  until: string | null;
}

/** Opens one sealed text; null where its key is gone. */
type Open = (text: SealedText) => string | null;

/** All of them in the clear, the newest first, those whose time is over included; null where one does not open. */
export function openSecrets(secrets: readonly SealedSecret[], open: Open): OpenSecret[] | null {
  const opened = secrets.map(({ secret_id: id, sealed, until }) => ({ id, until, secret: open(sealed) }));
  return opened.every((one): one is OpenSecret => one.secret !== null) ? opened : null;
}

/** One of them in the clear; null where it is not there any more. */
export function openSecret(secrets: readonly SealedSecret[], secretId: string, open: Open): string | null {
  const secret = secrets.find(({ secret_id }) => secret_id === secretId);
  return secret ? open(secret.sealed) : null;
}

/** Their names and ends, as they are shown. */
export function presentSecrets(secrets: readonly SealedSecret[]): { id: string; until: string | null }[] {
  return secrets.map(({ secret_id: id, until }) => ({ id, until }));
}
