import { webhookRotateSecret } from '@threadlog/commands';
import { happened, isRefusal } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { nextSecret } from '../secrets';
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
      const next = nextSecret(secrets, context);
      return isRefusal(next) ? next : happened({ type: 'CHAT_WEBHOOK_SECRET_ROTATED', data: { webhook_id, ...next } });
    });
  },
  shows: showSecret,
  hidesFrom: whyHidden,
});
