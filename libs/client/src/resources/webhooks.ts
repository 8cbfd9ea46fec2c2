import type { ThreadType, Webhook, WebhookWithSecret } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

export interface NewWebhook {
  url: string;
  /** Names of events; all of them where nothing is said. */
  events?: string[];
  filter?: { learnerId?: string | null; threadTypes?: ThreadType[] | null };
  payload?: 'full' | 'thin';
  description?: string | null;
}

/** `/webhooks`, for administrators of the tenant. */
export function webhooksOf({ get, post, patch, del, list }: Verbs) {
  return {
    list: (query: { limit?: number } & CallOptions = {}): Pages<Webhook> => list('/webhooks', query),
    get: (webhookId: string, options: CallOptions = {}): Promise<Webhook> => get(path`/webhooks/${webhookId}`, options),
    /** The secret comes with this answer alone. */
    create: (webhook: NewWebhook, options: WriteOptions = {}): Promise<WebhookWithSecret> =>
      post('/webhooks', options, webhook),
    update: (
      webhookId: string,
      change: Partial<NewWebhook> & { enabled?: boolean },
      options: WriteOptions = {},
    ): Promise<Webhook> => patch(path`/webhooks/${webhookId}`, options, change),
    delete: (webhookId: string, options: WriteOptions = {}): Promise<void> =>
      del(path`/webhooks/${webhookId}`, options),
    /** The next secret; the one before signs as well for a day. */
    rotateSecret: (webhookId: string, options: WriteOptions = {}): Promise<WebhookWithSecret> =>
      post(path`/webhooks/${webhookId}/secret`, options),
  };
}
