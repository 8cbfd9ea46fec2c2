import { createReceiptSigner, verifyReceipt } from '@threadlog/sealing';
import { receiptConfig } from '@threadlog/runtime';
import { loadConfig } from '@threadlog/service';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CommandContext } from '../context';
import { CommandError, EXIT, type Outcome } from '../outcome';

/** Verifies a receipt by its file and a public key alone. */
export function receiptVerify(file: string, { key }: { key: string }): Outcome {
  const verdict = verifyAgainst(readReceipt(file), key);
  if (!verdict.valid) {
    return { ok: false, text: `NOT VALID (${verdict.reason}): ${verdict.detail}`, json: verdict };
  }
  const { requestId, tenant, subject, erasedAt, keys, signature } = verdict.receipt;
  const text = [
    `VALID: signed by key ${signature.keyId}`,
    `request ${requestId}: ${subject.kind} ${subject.id} of ${tenant}, erased at ${erasedAt}, ${keys.length} keys`,
  ].join('\n');
  return { ok: true, text, json: { valid: true, receipt: verdict.receipt } };
}

/** A receipt against a public key, given as text or as the name of a file. */
export function verifyAgainst(receipt: unknown, key: string) {
  try {
    return verifyReceipt(receipt, existsSync(key) ? readFileSync(key, 'utf8') : key);
  } catch (cause) {
    if (cause instanceof TypeError) throw new CommandError(cause.message, EXIT.usage, { cause });
    throw cause;
  }
}

/** The JSON of a receipt; `-` is standard input. */
export function readReceipt(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new CommandError(`${file} cannot be read`, EXIT.usage, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`${file} is no JSON`, EXIT.no, { cause });
  }
}

/** The public half of `PRIVACY_RECEIPT_KEY`, for whoever verifies. */
export function receiptPublicKey({ env }: CommandContext): Outcome {
  const { PRIVACY_RECEIPT_KEY: key } = loadConfig(z.object(receiptConfig), env, { warn: () => undefined });
  if (key === undefined) throw new CommandError('PRIVACY_RECEIPT_KEY is not set', EXIT.usage);
  const { keyId, publicKey } = createReceiptSigner(key);
  return { ok: true, text: publicKey.trimEnd(), json: { keyId, publicKey } };
}
