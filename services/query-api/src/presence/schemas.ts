import { personIdSchema } from '@threadlog/auth';
import { freeText, MAX_SUBJECT_CHARACTERS } from '@threadlog/events';
import { z } from 'zod';

/** Users asked about at once, at most. */
export const PRESENCE_USERS = 100;

/** One name without a comma: no control characters, and neither `.` nor `..`. */
const NAME = '(?:[^\\x00-\\x1f\\x7f-\\x9f,]*[^\\x00-\\x1f\\x7f-\\x9f,.][^\\x00-\\x1f\\x7f-\\x9f,]*|\\.{3,})';
/** Of that many ids, with their commas. The pattern tells what each is checked for below, but for its length. */
const ids = freeText(PRESENCE_USERS * (MAX_SUBJECT_CHARACTERS + 1)).meta({ pattern: `^${NAME}(?:,${NAME})*$` });
const list = z.array(ids).min(1).max(PRESENCE_USERS).or(ids);

/** `a,b` or `userIds=a&userIds=b`, or both: a name with a comma is given by its id. Nobody counts twice. */
export const presenceQuery = z.strictObject({
  userIds: list
    .transform((given) => [...new Set([given].flat().flatMap((text) => text.split(',')))])
    .pipe(z.array(personIdSchema).min(1).max(PRESENCE_USERS))
    .meta({
      description: `Ids of 1 to ${PRESENCE_USERS} users, of at most ${MAX_SUBJECT_CHARACTERS} characters, separated by commas or as a parameter each.`,
    }),
});

export const presenceItemSchema = z
  .object({
    userId: z.string(),
    state: z.enum(['online', 'offline']),
    lastSeenAt: z.string().nullable().meta({ description: 'Null where nobody remembers that the user was online.' }),
  })
  .meta({
    id: 'Presence',
    example: { userId: 'user_123', state: 'online', lastSeenAt: '2026-01-15T10:30:00.000000Z' },
  });

export const presenceListSchema = z.object({ items: z.array(presenceItemSchema) }).meta({ id: 'PresenceList' });
