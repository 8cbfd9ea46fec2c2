import { tenantId } from '@threadlog/events';
import { createLogger } from '@threadlog/service';
import type { Outcome } from './attempt';
import type { WebhookEndpoint } from './endpoints/endpoint';
import { createReceiver } from './receiver';
import { createSwitchOff, type Disable } from './switchOff';

const FIRST = new Date('2026-01-15T10:30:00Z');
const DAY_MS = 86_400_000;
const DELIVERED: Outcome = { kind: 'delivered', status: 200 };
const FAILED: Outcome = { kind: 'failed', status: 503, reason: 'status', retryAfterMs: null };
const GONE: Outcome = { kind: 'ended', status: 410, reason: 'gone' };

const ENDPOINT: WebhookEndpoint = {
  ...{ key: 'acme/1', id: '1', tenantId: tenantId('acme'), url: 'https://hooks.example/', events: new Set() },
  ...{ filter: null, payload: 'full', secrets: [], since: FIRST, enabled: true, version: 3 },
};

function given(endpoint: WebhookEndpoint = ENDPOINT, answer: Disable = () => Promise.resolve('done')) {
  const receiver = createReceiver(endpoint, null);
  const asked: string[] = [];
  const stored: (Date | null)[] = [];
  let now = FIRST;
  const look = createSwitchOff({
    registry: { receivers: () => [receiver] },
    receivers: { failing: (_key, since) => (stored.push(since), Promise.resolve()) },
    known: new Map([[endpoint.key, { since: FIRST, failingSince: null }]]),
    disable: (which, reason) => (asked.push(`${which.id} ${reason}`), answer(which, reason)),
    observer: { switchedOff: () => undefined },
    logger: createLogger({ service: 'test', level: 'silent' }),
    now: () => now,
  });
  const at = (days: number) => void (now = new Date(FIRST.getTime() + days * DAY_MS));
  return { receiver, asked, stored, look, at };
}

test('five days without a success switch it off, once; the days outlive a restart', async () => {
  const { receiver, asked, stored, look, at } = given();
  receiver.heard(FAILED, FIRST);
  at(4.99);
  receiver.heard(FAILED, new Date(FIRST.getTime() + 4 * DAY_MS));
  await look();
  expect([asked, stored]).toEqual([[], [FIRST]]);
  at(5);
  await look();
  await look();
  expect([asked, stored]).toEqual([['1 failing'], [FIRST]]);
});

test('a success begins the days again', async () => {
  const { receiver, asked, stored, look, at } = given();
  receiver.heard(FAILED, FIRST);
  await look();
  receiver.heard(DELIVERED, FIRST);
  at(6);
  await look();
  expect([asked, stored]).toEqual([[], [FIRST, null]]);
});

test('one that is gone is told nothing more, and asked for until it is done', async () => {
  const answers = [() => Promise.reject(new Error('nobody owns it now')), () => Promise.resolve('done' as const)];
  const { receiver, asked, look } = given(ENDPOINT, () => answers.shift()!());
  receiver.heard(GONE, FIRST);
  expect([receiver.isQuick(), receiver.lateAtOnce()]).toEqual([false, 0]);
  await look();
  await look();
  await look();
  expect(asked).toEqual(['1 gone', '1 gone']);
});

test('one that was changed meanwhile is told again', async () => {
  const { receiver, asked, look } = given(ENDPOINT, () => Promise.resolve('changed'));
  receiver.heard(GONE, FIRST);
  await look();
  await look();
  expect([asked, receiver.isQuick()]).toEqual([['1 gone'], true]);
});

test('the operator’s is not switched off', async () => {
  const { receiver, asked, look, at } = given({ ...ENDPOINT, key: '*', tenantId: null });
  receiver.heard(FAILED, FIRST);
  at(30);
  await look();
  expect(asked).toEqual([]);
});
