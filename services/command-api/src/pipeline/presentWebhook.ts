import type { CommandAccepted } from '@threadlog/commands';
import { openWebhookSecret, presentWebhook, webhookBlobsOf } from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { Shown } from '../commands/define';
import { closedAmong, openerWith, type ClearText } from './clearText';

/** An endpoint as its commands answer it: its secret is there only where the command made one. */
export async function presentShownWebhook(
  opener: Opener,
  { row, secretId }: Extract<Shown, { kind: 'webhook' }>,
  clear: ClearText,
): Promise<Pick<CommandAccepted, 'resource' | 'location'>> {
  const closed = closedAmong(webhookBlobsOf(row), clear);
  if (closed.length > 0) await opener.prepare(row.tenant_id, closed);
  const view = openerWith(opener, clear);
  const resource = presentWebhook(row, view);
  const secret = secretId === null ? {} : { secret: openWebhookSecret(view, row, secretId) };
  return { resource: { ...resource, ...secret }, location: `/webhooks/${row.webhook_id}` };
}
