import { LIMITS } from '@threadlog/events';
import { refuse, type DecisionContext, type Refusal } from './decision';
import { hoursLater } from './times';

/** A secret of a row, as far as its time goes. */
interface KnownSecret {
  secret_id: string;
  until: string | null;
}

/** What the command's new secret is, which the newest before it signs beside for a while, so that receivers can change over. */
export function nextSecret(secrets: readonly KnownSecret[], context: DecisionContext) {
  const live = secrets.filter(({ until }) => until === null || until > context.now);
  // Whatever goes out is signed with all of them.
  if (live.length >= LIMITS.webhookSecrets) return TOO_MANY;
  return {
    secret: context.extras.secret!,
    secret_id: context.newId,
    previous_secret_id: secrets[0]!.secret_id,
    previous_until: hoursLater(context.now, LIMITS.webhookSecretOverlapHours),
  };
}

const TOO_MANY: Refusal = refuse(
  'conflict',
  `at most ${LIMITS.webhookSecrets} secrets sign at a time; wait until one ends`,
);
