import { problem } from '@threadlog/events';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { publicKey, type FindKey, type VerificationKey } from './keys';

export interface JwksDeps {
  /** Milliseconds since the epoch. */
  now(): number;
  fetch: typeof fetch;
}

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1024;
/** An unknown kid makes us ask again at most this often, so that made-up ones cost the issuer nothing. */
const RETRY_MS = 30_000;
/** While there are no keys at all nobody can be let in, so we ask more often. */
const FIRST_RETRY_MS = 1_000;
/** Known keys older than this are read again in the background. */
const REFRESH_MS = 600_000;

const jwksSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), use: z.string().optional() })),
});

type KeySet = ReadonlyMap<string | undefined, VerificationKey>;

/**
 * Keys of an issuer by the URL of its key set. Known keys are served at once, also while the issuer is away; only an
 * unknown kid waits for a fetch. Rejects with problem `unavailable` while no key set was ever read.
 *
 * Not the remote key set of `jose` 6.2: measured, it asks an issuer that is away once for each token (100 times for 100,
 * for made-up kids too), and refuses tokens of known keys once those are ten minutes old and the issuer is away; told to
 * keep them for ever, it never hears that a key was withdrawn.
 */
export function createJwks(url: string, { now, fetch }: JwksDeps): FindKey {
  let keys: KeySet | undefined;
  let readAt = -Infinity;
  let triedAt = -Infinity;
  let running: Promise<void> | undefined;

  async function read(): Promise<void> {
    triedAt = now();
    try {
      keys = await fetchKeys(url, fetch);
      readAt = now();
    } catch {
      // The keys we have go on counting; the next attempt comes with the next token that needs it.
    }
  }

  function refresh(): Promise<void> {
    running ??= read().finally(() => (running = undefined));
    return running;
  }

  const due = (everyMs: number) => now() - triedAt >= everyMs;

  return async (kid) => {
    const known = keys && find(keys, kid);
    if (known) {
      if (now() - readAt >= REFRESH_MS && due(RETRY_MS)) void refresh();
      return known;
    }
    if (running || due(keys ? RETRY_MS : FIRST_RETRY_MS)) await refresh();
    if (!keys) throw problem('unavailable', 'The keys of the token issuer cannot be read.', { retryAfter: 1 });
    return find(keys, kid);
  };
}

/** A token without a kid can only mean the one key of a set of one. */
function find(keys: KeySet, kid: string | undefined): VerificationKey | undefined {
  if (kid !== undefined) return keys.get(kid);
  return keys.size === 1 ? [...keys.values()][0] : undefined;
}

async function fetchKeys(url: string, fetcher: typeof fetch): Promise<KeySet> {
  const response = await fetcher(url, {
    headers: { accept: 'application/json' },
    // A redirect could lead from https to anywhere.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the key set answered ${response.status}`);
  const { keys } = jwksSchema.parse(JSON.parse(await boundedText(response)));
  const usable = keys.filter(({ kty, use }) => (kty === 'RSA' || kty === 'EC') && (use === undefined || use === 'sig'));
  return new Map(usable.flatMap((jwk) => entryOf(jwk.kid, jwk)));
}

/** One key that is malformed or of a kind not used here must not hide the others. */
function entryOf(
  kid: string | undefined,
  jwk: JsonWebKey & { alg?: unknown },
): [string | undefined, VerificationKey][] {
  try {
    const key = publicKey(createPublicKey({ key: jwk, format: 'jwk' }));
    return key && (jwk.alg === undefined || jwk.alg === key.algorithm) ? [[kid, key]] : [];
  } catch {
    return [];
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
