import { tenantId } from '@threadlog/events';
import type { PresenceChange, SignalListener } from '@threadlog/runtime';
import type { Outcome } from './attempt';
import type { WebhookEndpoint } from './endpoints/endpoint';
import { WEBHOOK_EVENTS, type WebhookEvent, type WebhookEventName } from './payload';
import { tellOfPresence } from './presence';
import { createReceiver } from './receiver';

const ADA: PresenceChange = {
  tenantId: tenantId('acme'),
  userId: 'ada',
  state: 'online',
  lastSeenAt: '2026-01-15T10:30:00.000000Z',
};

const ENDPOINT: WebhookEndpoint = {
  ...{ key: 'acme/1', id: '1', tenantId: ADA.tenantId, url: 'https://hooks.example/', events: new Set() },
  ...{ filter: null, payload: 'full', secrets: [], since: null, enabled: true, version: 1 },
};

function given(wanted: readonly WebhookEventName[] = WEBHOOK_EVENTS) {
  const told: WebhookEvent[] = [];
  const counted: string[] = [];
  const pending: ((outcome: Outcome) => void)[] = [];
  let listener: SignalListener | undefined;
  const stop = new AbortController();
  const receiver = createReceiver({ ...ENDPOINT, events: new Set(wanted) }, null);
  const count = (what: string) => (reason?: unknown) =>
    void counted.push(typeof reason === 'string' ? `${what} ${reason}` : what);
  tellOfPresence(
    {
      signals: { listen: (given) => ((listener = given), () => (listener = undefined)) },
      registry: { toldOf: () => [receiver] },
      attempt: (_receiver, event) => (told.push(event), new Promise((resolve) => pending.push(resolve))),
      observer: {
        delivered: count('delivered'),
        failed: count('failed'),
        withheld: count('withheld'),
        gaveUp: count('gave up'),
        switchedOff: count('switched off'),
        standing: () => undefined,
        left: () => undefined,
        unlisted: () => undefined,
        replaying: () => undefined,
        replayed: () => undefined,
      },
      now: () => new Date('2026-01-15T10:30:01Z'),
    },
    stop.signal,
  );
  const say = (change: PresenceChange) => listener?.presence?.(change);
  return { told, counted, pending, stop, say };
}

const settled = () => new Promise(setImmediate);

test('tells of who came and who went, each once', async () => {
  const { say, told, pending, counted } = given();
  say(ADA);
  say({ ...ADA, state: 'offline' });
  await settled();
  expect(told).toEqual([
    expect.objectContaining({
      ...{ name: 'user.online', timestamp: '2026-01-15T10:30:01.000Z', tenantId: 'acme', seq: null },
      data: { userId: 'ada', lastSeenAt: '2026-01-15T10:30:00.000Z' },
    }),
    expect.objectContaining({ name: 'user.offline' }),
  ]);
  expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  pending[0]!({ kind: 'delivered', status: 200 });
  pending[1]!({ kind: 'failed', status: 500, reason: 'status', retryAfterMs: null });
  await settled();
  expect(counted).toEqual(['delivered', 'failed status']);
  expect(told).toHaveLength(2);
});

test('tells nothing that is not wanted, and nothing after the end', async () => {
  const { say, told, stop } = given(['user.offline']);
  say(ADA);
  stop.abort();
  say({ ...ADA, state: 'offline' });
  await settled();
  expect(told).toEqual([]);
});

test('a receiver that never answers costs a bounded number', async () => {
  const { say, told, counted } = given();
  for (let n = 0; n < 1_500; n += 1) say({ ...ADA, userId: `user-${n}` });
  await settled();
  expect(told).toHaveLength(8);
  expect(counted).toHaveLength(500);
});
