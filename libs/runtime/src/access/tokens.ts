import { z } from 'zod';

export interface ClientCredentials {
  url: string;
  clientId: string;
  clientSecret: string;
  scope?: string | undefined;
  /** For tests. */
  now?(): number;
}

const PATIENCE_MS = 5_000;
/** A token is used for this part of its life, so that none runs out on its way. */
const USED = 0.8;
/** Of a token whose issuer does not say how long it lives; in seconds. */
const USUAL_LIFE = 300;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });

/**
 * Tokens by OAuth 2.0 client credentials (RFC 6749, 4.4): one is fetched when the last has nearly run out, and once for
 * all connections that ask at the same time. Rejects with what the issuer said, never with a secret.
 */
export function clientCredentials({ now = Date.now, ...credentials }: ClientCredentials): () => Promise<string> {
  let latest: { token: Promise<string>; until: number } | null = null;

  async function fetchToken(): Promise<string> {
    const { access_token: token, expires_in: seconds = USUAL_LIFE } = await ask(credentials);
    latest = { token: Promise.resolve(token), until: now() + seconds * 1_000 * USED };
    return token;
  }

  return () => {
    if (latest && now() < latest.until) return latest.token;
    const token = fetchToken();
    latest = { token, until: Infinity };
    token.catch(() => (latest = null));
    return token;
  };
}

async function ask({ url, clientId, clientSecret, scope }: Omit<ClientCredentials, 'now'>) {
  const identity = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString(
    'base64',
  );
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${identity}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: Error) => {
    throw new Error(
      `${new URL(url).host} cannot be asked: ${(error.cause as Error | undefined)?.message ?? error.message}`,
    );
  });
  const body: unknown = await response.json().catch(() => null);
  const answer = tokenAnswer.safeParse(body);
  if (response.ok && answer.success) return answer.data;
  const reason = z.object({ error: z.string().max(200) }).safeParse(body).data?.error ?? 'no token in its answer';
  throw new Error(`${new URL(url).host} answered ${response.status}: ${reason}`);
}

/** Tokens of Amazon MSK: a signed request, made here, by credentials as every AWS SDK finds them. */
export function mskTokens(region: string): () => Promise<string> {
  return async () => {
    // Loaded where it is used: most deployments have no part in AWS.
    const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
    return (await generateAuthToken({ region })).token;
  };
}
