import { webhookDelete } from '@threadlog/commands';
import { happened } from '../decision';
import { writer } from '../common';
import { defineCommand } from '../define';
import { inWebhook, onEndpoint } from './rules';

/** Takes an endpoint away, with its URL and secrets. Nothing more is sent there. */
export const deleteWebhook = defineCommand(webhookDelete, {
  stream: inWebhook,
  people: writer,
  refusals: ['subject_erased'],
  decide: (_input, state, context) =>
    onEndpoint(state, context, ({ webhook_id }) => happened({ type: 'CHAT_WEBHOOK_DELETED', data: { webhook_id } })),
});
