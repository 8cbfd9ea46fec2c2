import { AuthError } from '../errors.ts';

/** Gives a token of the user who is signed in; called again before it expires and when the server refuses it. */
export type GetToken = (why: { refused: boolean }) => string | Promise<string>;

export interface TokenOptions {
  /** A token that does not change by itself; `client.setToken` gives a newer one. */
  token?: string;
  getToken?: GetToken;
}

export interface Tokens {
  /** A token that looks good; asks `getToken` where there is none. Rejects with `AuthError`. */
  current(): Promise<string>;
  /** The server does not take this one. Resolves with another one, or rejects with `AuthError` where there is none. */
  replace(refused: string): Promise<string>;
  /** Whether there is anything to ask for another token. */
  readonly renewable: boolean;
  set(token: string): void;
  /** Milliseconds until this token has to be renewed, by the server's clock as far as that is known; null: it does not say. */
  renewInMs(token: string): number | null;
  /** What the server's clock said just now. */
  serverTime(ms: number): void;
}

/** Renewed so long before it expires. */
const MARGIN_MS = 30_000;

/** What a token says of itself; null for what is not a JWT. Nobody has verified it. */
export function claimsOf(token: string): Record<string, unknown> | null {
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')), (one) =>
      one.charCodeAt(0),
    );
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    return typeof claims === 'object' ? (claims as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** The claim `exp` in milliseconds; null where there is none. */
function expiryOf(token: string): number | null {
  const exp = claimsOf(token)?.exp;
  return typeof exp === 'number' ? exp * 1000 : null;
}

/** Holds the token. However many requests need a new one at a moment, `getToken` runs once. */
export function createTokens({ token, getToken }: TokenOptions, now: () => number = Date.now): Tokens {
  let held: string | null = token ?? null;
  let refused: string | null = null;
  /** Ends at once by our clock although it is new: the clock is wrong, so only the server's word counts. */
  let doubtful = false;
  let offset = 0;
  let running: Promise<string> | null = null;

  const renewInMs = (of: string) => {
    const expiry = expiryOf(of);
    return expiry === null ? null : expiry - MARGIN_MS - (now() + offset);
  };
  const due = (of: string) => !doubtful && (renewInMs(of) ?? 1) <= 0;

  const ask = (wasRefused: boolean): Promise<string> => {
    running ??= (async () => {
      try {
        if (!getToken) throw new AuthError('unauthorized', 'There is no valid token.', { status: 401 });
        const fresh = await getToken({ refused: wasRefused });
        if (typeof fresh !== 'string' || fresh === '') throw new Error('getToken gave no token');
        doubtful = (renewInMs(fresh) ?? 1) <= 0;
        held = fresh;
        return fresh;
      } catch (cause) {
        if (cause instanceof AuthError) throw cause;
        throw new AuthError('unauthorized', 'getToken failed.', { status: 401, retryable: true, cause });
      } finally {
        running = null;
      }
    })();
    return running;
  };

  return {
    renewable: getToken !== undefined,
    async current() {
      if (held !== null && held !== refused && !(getToken && due(held))) return held;
      return ask(held !== null && held === refused);
    },
    async replace(bad) {
      if (held !== null && held !== bad && held !== refused) return held;
      refused = bad;
      const fresh = await ask(true);
      if (fresh === bad)
        throw new AuthError('unauthorized', 'getToken gave the token that was refused.', { status: 401 });
      return fresh;
    },
    set(fresh) {
      held = fresh;
      doubtful = false;
    },
    renewInMs,
    serverTime: (ms) => void (offset = Number.isFinite(ms) ? ms - now() : offset),
  };
}
