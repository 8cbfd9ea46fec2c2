/**
 * Whether a handshake with this Origin header is let in. Browsers always send it on websockets and cannot forge it;
 * other clients send none. `*` lets all in: tokens, not cookies, say who somebody is.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes('*') || allowed.includes(origin);
}
