import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether a presented secret is one of those accepted (two during a rotation). Hashes are compared, all of them and in
 * constant time, so that neither length nor place of a difference shows. Without secrets nothing is accepted.
 */
export function internalSecretVerifier(secrets: readonly string[]): (presented: string | undefined) => boolean {
  const accepted = secrets.map(sha256);
  return (presented) => {
    if (presented === undefined) return false;
    const hashed = sha256(presented);
    return accepted.reduce((found, hash) => timingSafeEqual(hash, hashed) || found, false);
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
