import { webhookRotateSecret } from '@threadlog/commands';
import { LIMITS } from '@threadlog/events';
import { happened, refuse } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { hoursLater } from '../times';
import { endpointKey, inWebhook, onEndpoint, showSecret, whyHidden } from './rules';

/** Makes the next secret. The one before signs beside it for a while, so that receivers can change over. */
export const rotateWebhookSecret = defineCommand(webhookRotateSecret, {
  stream: inWebhook,
  extras: ['secret'],
  people: writer,
  seals: endpointKey,
  refusals: ['conflict', 'subject_erased'],
  decide(_input, state, context) {
    return onEndpoint(state, context, ({ webhook_id, secrets }) => {
      const live = secrets.filter(({ until }) => until === null || until > context.now);
      // Each delivery is signed with all of them.
      if (live.length >= LIMITS.webhookSecrets)
        return refuse('conflict', `an endpoint has ${LIMITS.webhookSecrets} secrets at most; wait until one ends`);
      return happened({
        type: 'CHAT_WEBHOOK_SECRET_ROTATED',
        data: {
          webhook_id,
          secret: context.extras.secret!,
          secret_id: context.newId,
          previous_secret_id: secrets[0]!.secret_id,
          previous_until: hoursLater(context.now, LIMITS.webhookSecretOverlapHours),
        },
      });
    });
  },
  shows: showSecret,
  hidesFrom: whyHidden,
});
