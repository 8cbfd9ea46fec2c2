import cors, { type CorsOptions } from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Headers that browsers may read from our answers. */
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-Consistency-Token',
  'Idempotency-Replayed',
  'ETag',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
];

/**
 * CORS for the given origins. `*` lets any origin in, but then never with credentials: with them, any page could act as
 * its visitor. The same options serve Socket.io.
 */
export function corsOptions(origins: readonly string[]): CorsOptions {
  const any = origins.includes('*');
  return {
    origin: any ? '*' : [...origins],
    credentials: !any,
    methods: ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  };
}

export function corsHandler(origins: readonly string[]): RequestHandler {
  const handle = cors(corsOptions(origins));
  return (request, response, next) => {
    // Requests of other servers and apps carry no Origin, and need nothing of this but a hint to caches.
    if (request.headers.origin !== undefined) return handle(request, response, next);
    response.setHeader('Vary', 'Origin');
    next();
  };
}

/**
 * Helmet's headers. They are the same for every response, so helmet runs once, and what it set is set again: 13
 * middlewares a request cost a tenth of the whole chain.
 */
export function securityHeaders(): RequestHandler {
  const headers: [string, string][] = [];
  const recorder = {
    setHeader: (name: string, value: string) => void headers.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet({
    // The documentation page must work over plain HTTP too, where an operator tries things out.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  })({} as never, recorder as never, () => undefined);
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
