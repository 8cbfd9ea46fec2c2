import type { IncomingMessage } from 'node:http';

export interface Doors {
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
}

/** What a host is followed by that is none: user names, paths, blanks. */
const PLAIN_HOST = /^[\w.:[\]-]+$/;

/**
 * Whether a request may be looked at. A page whose name was made to point at this machine (DNS rebinding) asks for a name that
 * is not ours, and comes from an origin that is not allowed; programs that are no browsers send no origin at all.
 */
export function isAdmitted({ headers }: IncomingMessage, { allowedHosts, allowedOrigins }: Doors): boolean {
  const { host = '', origin } = headers;
  const name = PLAIN_HOST.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined;
  if (name === undefined || !allowedHosts.includes(name)) return false;
  return origin === undefined || allowedOrigins.includes(origin);
}
