import { isIP } from 'node:net';
import type { AddressGuard } from './addresses';

/** Why a URL is not one to send to. */
export type UrlProblem = 'malformed' | 'too_long' | 'scheme' | 'user_info' | 'port' | 'host' | 'address';

export type CheckedUrl = { url: URL } | { problem: UrlProblem };

export interface UrlRules {
  guard: AddressGuard;
  /** Whether `http` is taken beside `https`. */
  allowHttp: boolean;
}

/** In characters. */
export const MAX_URL_LENGTH = 2_048;
const PRIVILEGED_BELOW = 1_024;
const WEB_PORTS = ['80', '443'];

/**
 * Checks what can be told without asking for the name: to be called when an address is registered, and for each request.
 * The address behind a name is checked when the connection is made.
 */
export function checkUrl(text: string, rules: UrlRules): CheckedUrl {
  if (text.length > MAX_URL_LENGTH) return { problem: 'too_long' };
  if (!URL.canParse(text)) return { problem: 'malformed' };
  const url = new URL(text);
  const problem = problemOf(url, rules);
  return problem ? { problem } : { url };
}

function problemOf(url: URL, { guard, allowHttp }: UrlRules): UrlProblem | null {
  if (!isTaken(url.protocol, allowHttp)) return 'scheme';
  if (url.username !== '' || url.password !== '') return 'user_info';
  if (isServicePort(url.port)) return 'port';
  const host = hostOf(url);
  if (isIP(host) !== 0) return guard.allows(host) ? null : 'address';
  // Names without a dot are found through the search list of the machine: they are its neighbours.
  return host.includes('.') ? null : 'host';
}

function isTaken(protocol: string, allowHttp: boolean): boolean {
  return protocol === 'https:' || (allowHttp && protocol === 'http:');
}

/** Behind low ports other than those of the web are services that a request could be smuggled into. */
function isServicePort(port: string): boolean {
  return port !== '' && Number(port) < PRIVILEGED_BELOW && !WEB_PORTS.includes(port);
}

/** The operator's own address: any host and port, but a URL of the web all the same. */
export function parseTrusted(text: string): CheckedUrl {
  if (!URL.canParse(text)) return { problem: 'malformed' };
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) ? { url } : { problem: 'scheme' };
}

/** Without the brackets of an IPv6 address and the dot of the root. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
