import { WebhookHeadersError } from './errors.ts';

/** Headers of Fetch, or an object as Node and its frameworks have them. */
export type WebhookHeaders = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

export interface DeliveryHeaders {
  id: string;
  /** Seconds since 1970, as they were written. */
  timestamp: string;
  /** Each with its version: `v1,…`. */
  signatures: string[];
}

/** Visible ASCII without a dot: dots part what is signed, so one in an id could move the border. */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;
const SECONDS = /^\d{1,12}$/;
/** More than any sender has keys; each costs a look at the whole body. */
const MAX_SIGNATURES = 16;

export function deliveryHeaders(headers: WebhookHeaders): DeliveryHeaders {
  const read = readerOf(headers);
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(read) as [
    string,
    string,
    string,
  ];
  if (!ID.test(id)) throw new WebhookHeadersError('webhook-id is not written as an id.');
  if (!SECONDS.test(timestamp)) throw new WebhookHeadersError('webhook-timestamp is not a number of seconds.');
  return { id, timestamp, signatures: signature.split(' ').filter(Boolean).slice(0, MAX_SIGNATURES) };
}

/** Reads a header by its name in small letters. One that is there twice tells two stories: neither is believed. */
function readerOf(headers: WebhookHeaders): (name: string) => string {
  const all = valuesOf(headers);
  return (name) => {
    const values = all(name);
    if (values.length > 1) throw new WebhookHeadersError(`${name} is there more than once.`);
    const [value] = values;
    if (!value) throw new WebhookHeadersError(`${name} is missing.`);
    return value;
  };
}

function valuesOf(headers: WebhookHeaders): (name: string) => string[] {
  if (isFetchHeaders(headers)) return (name) => [headers.get(name) ?? []].flat();
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return (name) => entries.flatMap(([known, value]) => (known === name ? (value ?? []) : []));
}

function isFetchHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}
