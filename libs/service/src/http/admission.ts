import type { Actor } from '@threadlog/auth';
import type { Request, Response } from 'express';
import type { RouteAuth } from './route';

/** What libs/auth offers: the signature and claims of a token checked, and an actor made of them. */
export interface TokenVerifier {
  /** Rejects with problem `unauthorized`, or `unavailable` where keys cannot be fetched. */
  verify(token: string): Promise<Actor>;
  /** The actor of a token that was verified before and has not expired; never waits. */
  verifyCached(token: string): Actor | undefined;
}

/** The door of a process: sets the context's actor, counts against the rate limits, or throws a problem. */
export interface Admission {
  /** Returns nothing when the request was admitted at once, or a promise where a key or a limiter has to be waited for. */
  admit(auth: RouteAuth, request: Request, response: Response): void | Promise<void>;
}
