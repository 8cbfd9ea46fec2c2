import type { ThreadType, Webhook, WebhookWithSecret } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, Http, WriteOptions } from '../http/request.ts';
import { listOf } from './paging.ts';

export interface NewWebhook {
  url: string;
  /** Names of events; all of them where nothing is said. */
  events?: string[];
  filter?: { learnerId?: string | null; threadTypes?: ThreadType[] | null };
  payload?: 'full' | 'thin';
  description?: string | null;
}

/** `/webhooks`, for administrators of the tenant. */
export function webhooksOf(http: Http) {
  return {
    list: ({ signal, ...query }: { limit?: number } & CallOptions = {}): Pages<Webhook> =>
      listOf(http, { path: '/webhooks', query, field: 'items', cursor: 'cursor', signal }),
    get: (webhookId: string, options: CallOptions = {}): Promise<Webhook> =>
      http.request({ ...options, method: 'GET', path: path`/webhooks/${webhookId}` }),
    /** The secret comes with this answer alone. */
    create: (webhook: NewWebhook, options: WriteOptions = {}): Promise<WebhookWithSecret> =>
      http.request({ ...options, method: 'POST', path: '/webhooks', body: webhook }),
    update: (
      webhookId: string,
      change: Partial<NewWebhook> & { enabled?: boolean },
      options: WriteOptions = {},
    ): Promise<Webhook> =>
      http.request({ ...options, method: 'PATCH', path: path`/webhooks/${webhookId}`, body: change }),
    delete: (webhookId: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: path`/webhooks/${webhookId}` }),
    /** The next secret; the one before signs as well for a day. */
    rotateSecret: (webhookId: string, options: WriteOptions = {}): Promise<WebhookWithSecret> =>
      http.request({ ...options, method: 'POST', path: path`/webhooks/${webhookId}/secret` }),
  };
}
