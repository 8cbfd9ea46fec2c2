import { idInputSchema, idSchema, subjectNameSchema } from '@threadlog/events';
import { hash } from 'node:crypto';

const PREFIX = 'sub.sha256.';
const MAPPED = /^sub\.sha256\.[A-Za-z0-9_-]{43}$/;

/**
 * The id in here of a person as an identity provider names one. What can be an id is one, unchanged; for everything else
 * (`https://…`, spaces, other scripts, more than 128 characters) the id is `sub.sha256.` and the SHA-256 of the name's
 * UTF-8, in base64url. Names are compared exactly: no case, no Unicode normalisation. Giving an id for a name changes
 * nothing, so it does not matter which of both a request names.
 */
export function personIdOf(name: string): string {
  return idInputSchema.safeParse(name).success ? name : `${PREFIX}${hash('sha256', name, 'base64url')}`;
}

/**
 * Whether a text is the id that another name was given. A token may not have it for its subject: whoever can choose
 * a name at an identity provider would be somebody else in here.
 */
export function isMappedId(text: string): boolean {
  return MAPPED.test(text);
}

/** A person in a request, by the name or by the id; parsed it is the id. */
export const personIdSchema = subjectNameSchema.transform(personIdOf);

/** The same for requests about data that are there: logs of former builds have ids that nobody gets any more. */
export const anyPersonIdSchema = idSchema.or(personIdSchema);
