import type { Sealed } from '@threadlog/events';

/** A secret that what goes out is signed with. */
export interface SealedSecret {
  secret_id: string;
  /** A sealed blob's text. */
  sealed: string;
  /** When it ends; null for the newest. One whose time is over stays until the next event. */
  until: string | null;
}

interface First {
  secret_id: string;
  secret: Sealed;
}

interface Next extends First {
  previous_secret_id: string;
  previous_until: string;
}

/** The only one, at first. */
export function firstSecret({ secret_id, secret }: First): SealedSecret[] {
  return [{ secret_id, sealed: secret.sealed, until: null }];
}

/** With a new one in front; the one before has its end, and those that have ended go. */
export function nextSecrets(secrets: readonly SealedSecret[], next: Next, timestamp: string): SealedSecret[] {
  const before = secrets
    .map((one) => (one.secret_id === next.previous_secret_id ? { ...one, until: next.previous_until } : one))
    .filter(({ until }) => until === null || until > timestamp);
  return [...firstSecret(next), ...before];
}
