import { isDotSegment, problem } from '@threadlog/events';
import type { RequestHandler } from 'express';

/** Paths that end with a slash and mean something: pages whose links are relative. */
const DIRECTORIES = ['/', '/docs/'];

const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
/** Nothing in here needs a closer look; it is what all but a few requests send. */
const SURELY_PLAIN = /^(?:\/[\w~-][\w.~@:+-]*)+$/;

/**
 * Refuses, before any route is looked for, each request target that somebody on the way may read as another one: dot
 * segments, also percent-encoded ones, empty segments, a slash at the end, backslashes, fragments. HTTP clients and
 * proxies remove such segments, so that `DELETE …/participants/..` would mean the thread. What is no plain ASCII or not
 * percent-encoded UTF-8 is malformed: decoding it would change what was meant.
 */
export function plainTargets(basePath: string): RequestHandler {
  const directories = new Set(DIRECTORIES.flatMap((path) => [path, `${basePath}${path}`]));
  return (request, _response, next) => {
    const target = request.url.replace(ABSOLUTE_FORM, '');
    const end = target.indexOf('?');
    const path = end < 0 ? target : target.slice(0, end);
    if (!SURELY_PLAIN.test(path)) requirePlain(path, directories);
    if (end >= 0) requireAscii(target.slice(end));
    next();
  };
}

function requirePlain(path: string, directories: ReadonlySet<string>): void {
  requireAscii(path);
  if (directories.has(path) || path === '*') return;
  const [before, ...segments] = path.split('/');
  const isPlain = before === '' && !/[\\#]/.test(path) && segments.every((segment) => segment !== '');
  if (!isPlain || segments.map(decoded).some(holdsDotSegment)) throw problem('not_found', 'No such route.');
}

/** A proxy may decode before it normalises, and browsers take a backslash for a slash. */
function holdsDotSegment(segment: string): boolean {
  return segment.split(/[/\\]/).some(isDotSegment);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw problem('invalid_request', 'The path is not percent-encoded UTF-8.');
  }
}

function requireAscii(text: string): void {
  if (/[^\x21-\x7e]/.test(text)) throw problem('invalid_request', 'Characters beyond ASCII must be percent-encoded.');
}
