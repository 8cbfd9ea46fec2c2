import { createHash } from 'node:crypto';
import { isDotSegment, notThere, problem, type ProblemError } from '@threadlog/events';

/** A tool call's arguments, as a model wrote them: nothing of them is known to be right. */
export type Args = Readonly<Record<string, unknown>>;

/** No id is as long; a path that is would be refused with no body at all. */
const MAX_SEGMENT = 1_000;

/**
 * An argument as one segment of a path. The API decides what is an id; here is only refused what would not reach it as it is:
 * `..` would be taken off the path by every client, and end at another route.
 */
export function segment(args: Args, name: string): string {
  const value = typeof args[name] === 'number' ? String(args[name]) : args[name];
  if (typeof value !== 'string') throw unaskable(name, 'must be a text');
  if (!value.isWellFormed()) throw unaskable(name, 'must be well-formed Unicode');
  if (value === '' || isDotSegment(value) || value.length > MAX_SEGMENT) throw notThere();
  return encodeURIComponent(value);
}

/** Arguments as a query. Null says nothing, as models write it for what they leave out. */
export function queryOf(args: Args): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(saidIn(args)))
    for (const one of [value].flat()) query.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
  return query;
}

/** Arguments as a body; without those that are null. */
export function saidIn(args: Args): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined));
}

/**
 * The key of a post: the caller's, or one made of where and what is posted. A model that calls again because it heard no
 * answer writes the same arguments; so it posts once.
 */
export function keyOf(given: unknown, posted: unknown): string {
  if (given === null || given === undefined) {
    return `mcp.${createHash('sha256').update(JSON.stringify(posted)).digest('base64url')}`;
  }
  // What is no header would be refused by the client, with the value in its words.
  if (typeof given !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(given))
    throw unaskable('idempotencyKey', 'must be 1 to 255 visible ASCII characters');
  return given;
}

/** Only what the schema names: an argument that is passed over in silence would be taken for heeded. */
export function requireKnown(args: Args, names: readonly string[]): void {
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unaskable(unknown.slice(0, 100), 'is not an argument of this tool');
}

/** The refusal of what cannot be asked over HTTP as it is. */
function unaskable(name: string, message: string): ProblemError {
  const errors = [{ pointer: `/${name}`, code: 'custom', message }];
  return problem('invalid_request', `/${name}: ${message}`, { errors });
}
