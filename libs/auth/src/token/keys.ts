import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { createJwks, type JwksDeps } from './jwks';
import type { Algorithm, IssuerKey } from './settings';

/** A key and the one algorithm that it is for. */
export interface VerificationKey {
  key: KeyObject;
  algorithm: Algorithm;
}

/** Where an issuer's keys come from; undefined means that the token's key is not one of them. */
export type FindKey = (kid: string | undefined) => VerificationKey | undefined | Promise<VerificationKey | undefined>;

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

/** Undefined for keys of kinds or sizes that are not used here. */
export function publicKey(key: KeyObject): VerificationKey | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (key.type !== 'public') return undefined;
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return { key, algorithm: 'RS256' };
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { key, algorithm: 'ES256' };
  return undefined;
}
