import { z } from 'zod';

/** Secrets of something that a tenant registered, as it is shown. */
export const secretNamesSchema = z.array(z.object({ id: z.string(), until: z.string().nullable() })).meta({
  description: 'Those that sign, the newest first; never what they are. `until`: when the one before ends.',
});

/** A secret to whoever made it. `what` is signed with it. */
export function shownSecretSchema(what: string) {
  return z
    .string()
    .nullable()
    .meta({
      description:
        `What ${what} are signed with. Shown with this answer alone, and again to the same request with the same ` +
        'idempotency key, while it signs; null when it does not any more.',
    });
}
