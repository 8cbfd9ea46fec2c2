import { mayManageWebhooks, type Actor } from '@threadlog/auth';
import { freeText, notThere } from '@threadlog/events';
import { findWebhookEndpoint, type WebhookEndpointRow } from '@threadlog/read-models';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { pageLimit } from '../schemas';

export const webhookTags = ['Webhooks'];
export const webhookParams = z.object({ webhookId: z.uuid() });
export const webhookListQuery = z.strictObject({
  cursor: freeText(512).optional().meta({ description: 'A `nextCursor` or `prevCursor` of this list.' }),
  limit: pageLimit,
});

/** An endpoint of the actor's tenant. For everybody who may not manage them there are none. */
export async function managedEndpoint(
  { statements }: QueryContext,
  actor: Actor,
  webhookId: string,
): Promise<WebhookEndpointRow> {
  const row = await findWebhookEndpoint(statements, actor.tenantId, webhookId);
  if (!row || !mayManageWebhooks(actor)) throw notThere();
  return row;
}
