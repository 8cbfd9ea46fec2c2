import type { KeyObject } from 'node:crypto';
import type { Algorithm } from './settings';

/** A key and the one algorithm that it is for. */
export interface VerificationKey {
  key: KeyObject;
  algorithm: Algorithm;
}

/** Where an issuer's keys come from; undefined means that the token's key is not one of them. */
export type FindKey = (kid: string | undefined) => VerificationKey | undefined | Promise<VerificationKey | undefined>;

/** Undefined for keys of kinds or sizes that are not used here. */
export function publicKey(key: KeyObject): VerificationKey | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (key.type !== 'public') return undefined;
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return { key, algorithm: 'RS256' };
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { key, algorithm: 'ES256' };
  return undefined;
}
