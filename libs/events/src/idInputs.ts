import { z } from 'zod';
import { tenantIdSchema } from './ids';

/**
 * Ids as requests may give them. Readers take what stands in logs (`ids.ts`); what comes in new is stricter: `.` and
 * `..` would be removed from every path that names them. No pattern here needs more than Go and Python know.
 */
const ANY = '[A-Za-z0-9._@|+-]';
const NO_DOT = '[A-Za-z0-9_@|+-]';
const NAME = `(?:${ANY}{3,128}|${NO_DOT}${ANY}?|\\.${NO_DOT})`;

export const idInputSchema = z
  .string()
  .regex(new RegExp(`^${NAME}$`), 'must be 1 to 128 letters, digits or . _ @ | + -, and neither . nor ..');

export const threadIdInputSchema = z.string().regex(new RegExp(`^${NAME}(?:~${ANY}{1,64})?$`), 'must be a thread id');

export const tenantIdInputSchema = idInputSchema.pipe(tenantIdSchema);

/** Longest name of a person outside, in characters; what OpenID Connect allows a subject. */
export const MAX_SUBJECT_CHARACTERS = 255;

const TEXT = '[^\\x00-\\x1f\\x7f-\\x9f]';
const TEXT_NO_DOT = '[^\\x00-\\x1f\\x7f-\\x9f.]';
const SUBJECT = new RegExp(`^(?:${TEXT}{3,${MAX_SUBJECT_CHARACTERS}}|${TEXT_NO_DOT}${TEXT}?|\\.${TEXT_NO_DOT})$`, 'u');

/**
 * A person as an identity provider names one: any characters but controls. `personIdSchema` of `libs/auth` makes the id
 * of it that a person has in here.
 */
export const subjectNameSchema = z
  .string()
  .regex(SUBJECT, `must be 1 to ${MAX_SUBJECT_CHARACTERS} characters without controls, and neither . nor ..`)
  .refine((text) => text.isWellFormed(), { message: 'must be well-formed Unicode' });
