import type { Actor } from '@threadlog/auth';
import type {
  WebhookAttemptResource,
  WebhookDeadLetterResource,
  WebhookReplayResource,
  WebhookWithSecretResource,
} from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { startReceiver, type Receiver } from './receiver';
import type { givenStandalone } from './standalone';
import { contents, PATIENT } from './webhooks';

const BASE = '/api/v1/webhooks';

/** What lets a test's own receiver be an endpoint of a tenant. */
export const OPEN_TO_LOOPBACK = {
  ROLES: 'projector,command-api,query-api,worker',
  OUTBOUND_ALLOW_HTTP: 'true',
  OUTBOUND_ALLOWED_RANGES: '127.0.0.1',
};

export interface Page<Item> {
  items: Item[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
}

export const adminOf = (tenant: string) => testActor('root', { tenant, role: 'admin' });

/** Endpoints of tenants by their API, and a receiver of each test's own. Call it where a file is set up. */
export function givenEndpoints(api: ReturnType<typeof givenStandalone>) {
  let receiver: Receiver;
  beforeEach(async () => void (receiver = await startReceiver()));
  afterEach(() => receiver.close());

  const call = <Body>(admin: Actor, method: string, path: string, body?: unknown) =>
    api.as(admin).call<Body>(method, `${BASE}/${path}`, body);

  async function page<Item>(admin: Actor, id: string, list: string): Promise<Page<Item>> {
    const { status, body } = await call<Page<Item>>(admin, 'GET', `${id}/${list}`);
    expect(status).toBe(200);
    return body;
  }

  return {
    receiver: () => receiver,
    call,
    page,
    /** Registers the receiver; the secret stays with the test. */
    async registered(admin: Actor, more: object = {}): Promise<{ id: string; secret: string }> {
      const body = { url: receiver.url, ...more };
      const made = await api.as(admin).call<WebhookWithSecretResource>('POST', BASE, body);
      expect(made.status).toBe(201);
      return { id: made.body.id, secret: String(made.body.secret) };
    },
    attemptsOf: async (admin: Actor, id: string, query = '') =>
      (await page<WebhookAttemptResource>(admin, id, `attempts${query}`)).items,
    deadLettersOf: async (admin: Actor, id: string) =>
      (await page<WebhookDeadLetterResource>(admin, id, 'dead-letters')).items,
    replay: (admin: Actor, id: string, body: object) =>
      call<WebhookReplayResource & { code?: string }>(admin, 'POST', `${id}/replay`, body),
    replayOf: async (admin: Actor, id: string, replayId: string) =>
      (await call<WebhookReplayResource>(admin, 'GET', `${id}/replays/${replayId}`)).body,
    until: (said: string) => eventually(() => expect(contents(receiver.taken)).toContain(said), PATIENT),
  };
}
