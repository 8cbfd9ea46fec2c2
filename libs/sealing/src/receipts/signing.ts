import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonicalJson';
import { FORGED, keyIdOf, publicKeyDer, signedReceipt, unknownKey } from './check';
import { receiptBodySchema, receiptSchema, type Receipt, type ReceiptBody } from './receipt';

/** Signs receipts; made once, from the configuration. */
export interface ReceiptSigner {
  readonly keyId: string;
  /** SubjectPublicKeyInfo, PEM: for whoever verifies. */
  readonly publicKey: string;
  /** Throws ZodError when the body is not one of version 1. */
  sign(body: ReceiptBody): Receipt;
}

/** What precedes a seed in PKCS #8, for Ed25519 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * A signer from a private key: PKCS #8 PEM, or the seed of 32 bytes in base64 or hexadecimal. Throws TypeError on
 * anything else; the key is never in the message.
 */
export function createReceiptSigner(privateKey: string): ReceiptSigner {
  const key = ed25519KeyOf(privateKey);
  const publicKey = createPublicKey(key);
  const keyId = receiptKeyId(publicKey);
  return {
    keyId,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    sign(body) {
      const { signature: _former, ...signed } = receiptBodySchema.parse(body);
      const value = sign(null, Buffer.from(canonicalJson(signed)), key).toString('base64url');
      return receiptSchema.parse({ ...signed, signature: { alg: 'Ed25519', keyId, value } });
    },
  };
}

export type ReceiptVerdict =
  | { valid: true; receipt: Receipt }
  /** `malformed`: no receipt of a known version. `unknown_key`: signed by another key. `forged`: altered since. */
  | { valid: false; reason: 'malformed' | 'unknown_key' | 'forged'; detail: string };

/**
 * Verifies a receipt, parsed from its JSON, against a public key (PEM, or its raw 32 bytes in base64 or hexadecimal).
 * Needs nothing else. Throws TypeError when the public key is none.
 */
export function verifyReceipt(receipt: unknown, publicKey: string): ReceiptVerdict {
  const key = publicKeyOf(publicKey);
  const parsed = receiptSchema.safeParse(receipt);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { valid: false, reason: 'malformed', detail: `${issue?.path.join('.') || 'receipt'}: ${issue?.message}` };
  }
  // What was given is verified, not what was parsed: fields of later versions are part of it.
  const { keyId, bytes, value } = signedReceipt(receipt);
  if (keyId !== receiptKeyId(key)) return unknownKey(keyId);
  if (!verify(null, bytes, key, value)) return FORGED;
  return { valid: true, receipt: parsed.data };
}

function receiptKeyId(key: KeyObject): string {
  return keyIdOf(
    createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest(),
  );
}

/** Whether a text can be a signing key, for configurations. */
export function isReceiptKey(text: string): boolean {
  try {
    ed25519KeyOf(text);
    return true;
  } catch {
    return false;
  }
}

/** An Ed25519 key from PKCS #8 PEM, or from its seed of 32 bytes in base64 or hexadecimal. Throws TypeError on anything else. */
export function ed25519KeyOf(text: string): KeyObject {
  try {
    const key = text.includes('-----BEGIN')
      ? createPrivateKey(text.replaceAll('\\n', '\n'))
      : createPrivateKey({ key: derOf(PKCS8_PREFIX, text), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, without what was tried.
  }
  throw new TypeError('a signing key is an Ed25519 key as PKCS #8 PEM, or its seed of 32 bytes in base64');
}

function publicKeyOf(text: string): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKeyDer(text)), format: 'der', type: 'spki' });
}

function derOf(prefix: Buffer, text: string): Buffer {
  const trimmed = text.trim();
  const raw = Buffer.from(trimmed, /^[0-9a-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
  if (raw.length !== 32) throw new TypeError('not 32 bytes');
  return Buffer.concat([prefix, raw]);
}
