import { createPublicKey, createSecretKey } from 'node:crypto';
import { createJwks, type JwksDeps } from './jwks';
import { publicKey, type FindKey, type VerificationKey } from './keys';
import type { IssuerKey } from './settings';

/** Throws on a secret or PEM that cannot be used. */
export function keyFinder(key: IssuerKey, deps: JwksDeps): FindKey {
  switch (key.kind) {
    case 'secret': {
      const found = secretKey(key.secret());
      return () => found;
    }
    case 'publicKey': {
      const found = publicKey(createPublicKey(key.pem));
      if (!found) throw new TypeError('a public key must be RSA of 2048 bits or more, or EC P-256');
      return () => found;
    }
    case 'jwks':
      return createJwks(key.url, deps);
  }
}

/** A PEM is refused: taken for a shared secret, a public key would let anybody sign. */
function secretKey(secret: string): VerificationKey {
  if (secret.includes('-----BEGIN')) throw new TypeError('a PEM is not a shared secret');
  return { key: createSecretKey(Buffer.from(secret, 'utf8')), algorithm: 'HS256' };
}
