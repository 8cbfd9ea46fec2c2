import { webhookDisable } from '@threadlog/commands';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { isWorker, nobody, ONLY_WORKER } from '../common';
import { defineCommand } from '../define';
import { matches } from '../policies';
import { inWebhook, liveEndpoint } from './rules';

/** Switches an endpoint off because of how it answers. One that was changed meanwhile may be mended, and stays on. */
export const disableWebhook = defineCommand(webhookDisable, {
  stream: inWebhook,
  people: nobody,
  refusals: ['version_mismatch'],
  decide({ reason, ifMatch }, state, { actor }) {
    if (!isWorker(actor)) return ONLY_WORKER;
    const endpoint = liveEndpoint(state);
    if (isRefusal(endpoint)) return endpoint;
    if (!endpoint.enabled) return UNCHANGED;
    const { webhook_id, version } = endpoint;
    return matches(ifMatch, version) ?? happened({ type: 'CHAT_WEBHOOK_DISABLED', data: { webhook_id, reason } });
  },
});
