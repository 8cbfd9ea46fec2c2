import { webhookReport, type CommandInput } from '@threadlog/commands';
import type { Draft } from '@threadlog/events';
import { happened, refuse } from '../decision';
import { nobody } from '../common';
import { defineCommand } from '../define';
import { inWebhook, onEndpoint } from './rules';

/** Notes what an administrator asked the worker for. Where nothing is sent any more nothing can be sent again. */
export const reportWebhook = defineCommand(webhookReport, {
  stream: inWebhook,
  people: nobody,
  refusals: ['conflict'],
  decide({ act }, state, context) {
    return onEndpoint(state, context, ({ webhook_id, enabled }) => {
      if (!enabled && act.type !== 'cancelReplay') return refuse('conflict', 'this endpoint is switched off');
      return happened(eventOf(webhook_id, act));
    });
  },
});

function eventOf(webhook_id: string, act: CommandInput<'webhook.report'>['act']): Draft {
  switch (act.type) {
    case 'retry':
      return { type: 'CHAT_WEBHOOK_RETRY_REQUESTED', data: { webhook_id, dead_letter: act.deadLetter } };
    case 'replay':
      return { type: 'CHAT_WEBHOOK_REPLAY_REQUESTED', data: { webhook_id, replay_id: act.replayId } };
    case 'cancelReplay':
      return { type: 'CHAT_WEBHOOK_REPLAY_CANCELLED', data: { webhook_id, replay_id: act.replayId } };
  }
}
