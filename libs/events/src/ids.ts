import { z } from 'zod';

declare const brand: unique symbol;
/** A tenant's id. Branded so that no query or key can forget it or mistake another string for it. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

const ID_PATTERN = /^[A-Za-z0-9._@|+-]{1,128}$/;
const THREAD_ID_PATTERN = /^[A-Za-z0-9._@|+-]{1,128}(~[A-Za-z0-9._@|+-]{1,64})?$/;

/** Ids of users, learners, messages: 1 to 128 letters, digits and `. _ @ | + -`. */
export const idSchema = z.string().regex(ID_PATTERN, 'must be 1 to 128 letters, digits or . _ @ | + -');
/** Thread ids; a sub-thread's is its root's id, `~` and a suffix. */
export const threadIdSchema = z.string().regex(THREAD_ID_PATTERN, 'must be a thread id');
export const tenantIdSchema = idSchema.transform((id) => id as TenantId);

/** Checks and brands a tenant id. Throws a ZodError on anything else. */
export function tenantId(id: string): TenantId {
  return tenantIdSchema.parse(id);
}

/** The root of a thread id: participants, access, rooms and the partition are the root's. */
export function rootThreadId(threadId: string): string {
  const cut = threadId.indexOf('~');
  return cut < 0 ? threadId : threadId.slice(0, cut);
}

/**
 * Whether a text as a segment of a path would be removed by whoever normalises URLs: `.` and `..`, also where somebody
 * on the way decodes first.
 */
export function isDotSegment(text: string): boolean {
  return /^(?:\.|%(?:25)*2e){1,2}$/i.test(text);
}

/** One name of several parts: different for different parts, whatever characters are in them. */
export function composedName(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
