import { WebhookBodyError, WebhookSignatureError, WebhookTimestampError } from './errors.ts';
import { deliveryHeaders, type DeliveryHeaders, type WebhookHeaders } from './headers.ts';
import { fromBase64, publicKeyOf, secretKey, type VerifyingKey } from './keys.ts';

export * from './errors.ts';
export type { WebhookHeaders } from './headers.ts';

export interface VerifyWebhookOptions {
  /** As it came, before anything parsed it: text, or bytes. */
  body: string | Uint8Array | ArrayBuffer;
  headers: WebhookHeaders;
  /** The endpoint's secret; while it is changed, the old and the new one. */
  secret?: string | readonly string[];
  /** The public half of the Ed25519 key that deliveries are signed with too: PEM, `whpk_…` or base64. */
  publicKey?: string | readonly string[];
  /** How old a delivery may be, and how far ahead of this clock; 300 unless given. */
  toleranceSeconds?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** An event of the chat. More kinds, and more fields, may come: skip what you do not know. */
export interface WebhookEvent {
  /** The same in every attempt and copy: deduplicate by it. */
  id: string;
  event: string;
  /** When it happened. */
  timestamp: string;
  tenantId: string;
  /** Counts the events of a thread, untold ones included; not there where an event belongs to none. */
  seq?: number;
  data: Record<string, unknown>;
  /** When this attempt was made. */
  attemptedAt: Date;
}

const TOLERANCE_SECONDS = 300;
/** Characters; an Ed25519 signature is 64 bytes. */
const MAX_SIGNATURE = 88;

/**
 * The event of a delivery whose signature is genuine and recent. Rejects with a `WebhookVerificationError` for any other
 * delivery, and with a `TypeError` where it is not told what to trust: a variable that is not set opens no door.
 */
export async function verifyWebhook(options: VerifyWebhookOptions): Promise<WebhookEvent> {
  const keys = await keysOf(options);
  const body = bytesOf(options.body);
  const headers = deliveryHeaders(options.headers);
  requireRecent(headers, options);
  if (!(await isSigned(headers, body, keys))) throw new WebhookSignatureError();
  return eventOf(headers, body);
}

async function keysOf({ secret, publicKey }: VerifyWebhookOptions): Promise<VerifyingKey[]> {
  const listed = (given: unknown): unknown[] => (given === undefined ? [] : [given].flat());
  const keys = await Promise.all([...listed(secret).map(secretKey), ...listed(publicKey).map(publicKeyOf)]);
  if (keys.length === 0) throw new TypeError('secret or publicKey is needed');
  return keys;
}

function bytesOf(body: unknown): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body))
    return new Uint8Array(body instanceof ArrayBuffer ? body : (body.buffer as ArrayBuffer), ...windowOf(body));
  throw new TypeError('body must be the text or bytes as they came: of what was parsed already no signature is left');
}

function windowOf(body: ArrayBuffer | ArrayBufferView): [number, number] | [] {
  return ArrayBuffer.isView(body) ? [body.byteOffset, body.byteLength] : [];
}

function requireRecent({ timestamp }: DeliveryHeaders, options: VerifyWebhookOptions): void {
  const { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now } = options;
  // Of what is no number every comparison is false, and no delivery would ever be too old.
  if (!(Number.isFinite(toleranceSeconds) && toleranceSeconds > 0))
    throw new TypeError('toleranceSeconds must be a positive number');
  const age = Math.floor(now() / 1_000) - Number(timestamp);
  if (age > toleranceSeconds) throw new WebhookTimestampError('too_old');
  if (-age > toleranceSeconds) throw new WebhookTimestampError('too_new');
}

async function isSigned(
  { id, timestamp, signatures }: DeliveryHeaders,
  body: Uint8Array<ArrayBuffer>,
  keys: readonly VerifyingKey[],
): Promise<boolean> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  for (const one of signatures) {
    const [version, text = ''] = one.split(',');
    const signature = text.length > MAX_SIGNATURE ? null : fromBase64(text);
    // One signature has one spelling: what decodes to the same bytes by another was written by somebody else.
    if (!signature || btoa(String.fromCharCode(...signature)) !== text) continue;
    for (const key of keys) if (key.version === version && (await key.isGenuine(signature, signed))) return true;
  }
  return false;
}

function eventOf({ id, timestamp }: DeliveryHeaders, body: Uint8Array<ArrayBuffer>): WebhookEvent {
  const parsed = parse(body);
  if (!isEvent(parsed)) throw new WebhookBodyError();
  const { event, timestamp: happenedAt, tenantId, seq, data } = parsed;
  const attemptedAt = new Date(Number(timestamp) * 1_000);
  return { id, event, timestamp: happenedAt, tenantId, ...(seq !== undefined && { seq }), data, attemptedAt };
}

function parse(body: Uint8Array<ArrayBuffer>): Partial<WebhookEvent> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return JSON.parse(text) as Partial<WebhookEvent> | null;
  } catch {
    return null;
  }
}

function isEvent(parsed: Partial<WebhookEvent> | null): parsed is Omit<WebhookEvent, 'id' | 'attemptedAt'> & object {
  return (
    typeof parsed?.event === 'string' &&
    typeof parsed.timestamp === 'string' &&
    typeof parsed.data === 'object' &&
    parsed.data !== null
  );
}
