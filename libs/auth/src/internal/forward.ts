import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Secret } from '../token/settings';

/** Header that carries the signature of a forwarded command. */
export const FORWARD_SIGNATURE_HEADER = 'x-threadlog-signature';

const WINDOW_MS = 30_000;
const FORMAT = /^v1\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/;

/** What one instance asks of another. */
export interface ForwardedRequest {
  method: string;
  /** Path and query as sent. */
  path: string;
  /** The exact bytes, or the text that is sent as UTF-8. */
  body: string | Buffer;
}

/**
 * Proves that a request between instances comes from one that knows `CLUSTER_SECRET`, is as it was sent, and not older
 * than 30 s. It does not stop a replay within that time: forwarded commands carry idempotency keys.
 */
export interface ForwardSigner {
  /** Value for the signature header: `v1.<milliseconds since the epoch>.<HMAC-SHA256, base64url>`. */
  signForward(request: ForwardedRequest): string;
  /** False for anything but a fresh signature of exactly this request under one of the secrets; without a body it is no request of ours. */
  verifyForward(
    request: Omit<ForwardedRequest, 'body'> & { body: unknown },
    signature: string | undefined,
  ): request is ForwardedRequest;
}

/**
 * The first secret signs, all verify: during a rotation there are two. Throws without any.
 * @param now Milliseconds since the epoch, by a clock that both sides share.
 */
export function createForwardSigner(secrets: readonly Secret[], now: () => number): ForwardSigner {
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret(), 'utf8')));
  const [current] = keys;
  if (!current) throw new TypeError('forwarding needs a secret');
  return {
    signForward(request) {
      const time = String(Math.round(now()));
      return `v1.${time}.${signature(current, request, time).toString('base64url')}`;
    },
    verifyForward(request, presented): request is ForwardedRequest {
      const { body } = request;
      if (typeof body !== 'string' && !Buffer.isBuffer(body)) return false;
      const [, time, given] = FORMAT.exec(presented ?? '') ?? [];
      if (time === undefined || given === undefined || Math.abs(now() - Number(time)) > WINDOW_MS) return false;
      const bytes = Buffer.from(given, 'base64url');
      return keys.some((key) => timingSafeEqual(signature(key, { ...request, body }, time), bytes));
    },
  };
}

/** Each part but the last stands with its length before it, so that no two requests are signed alike. */
function signature(key: KeyObject, { method, path, body }: ForwardedRequest, time: string): Buffer {
  const head = ['threadlog forward v1', time, method.toUpperCase(), path];
  const mac = createHmac('sha256', key).update(head.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
  return mac.update(body).digest();
}
