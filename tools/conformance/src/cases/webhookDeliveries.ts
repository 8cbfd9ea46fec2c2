import type { WebhookReplayResource, WebhookTestResource, WebhookWithSecretResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { fail, isMicroTimestamp, isText, like } from '../like';
import type { Scene } from '../scene';
import { request } from '../variants';
import { NOWHERE, registered } from './webhooks';

const ONE = '/api/v1/webhooks/{webhookId}';
const attempts = `GET ${ONE}/attempts`;
const deadLetters = `GET ${ONE}/dead-letters`;
const retry = `POST ${ONE}/dead-letters/{n}/retry`;
const retryAll = `POST ${ONE}/dead-letters/retry-all`;
const test = `POST ${ONE}/test`;
const replay = `POST ${ONE}/replay`;
const replays = `GET ${ONE}/replays`;
const oneReplay = `GET ${ONE}/replays/{replayId}`;
const cancelReplay = `DELETE ${ONE}/replays/{replayId}`;
const keys = 'GET /api/v1/webhooks/keys';

type Endpoint = Pick<WebhookWithSecretResource, 'id'>;
const named = ({ id }: Endpoint) => ({ params: { webhookId: id } });
/** For who may not manage them there are no endpoints. */
const byAdministrators = { as: 'root', unpermitted: 'not_found' } as const;

const FROM = '2026-01-15T09:00:00.000000Z';
const again = { from: FROM, to: '2026-01-15T10:00:00.000000Z' };

async function tried(scene: Scene): Promise<Endpoint & { eventId: string }> {
  const { id } = await registered(scene);
  const { eventId } = await scene.as('root').expect<WebhookTestResource>(200, test, named({ id }));
  return { id, eventId };
}
async function replayed(scene: Scene): Promise<Endpoint & { replay: WebhookReplayResource }> {
  const { id } = await registered(scene);
  const asked = { ...named({ id }), body: again };
  return { id, replay: await scene.as('root').expect<WebhookReplayResource>(202, replay, asked) };
}
const theReplay = ({ id, replay: { id: replayId } }: Awaited<ReturnType<typeof replayed>>) => ({
  params: { webhookId: id, replayId },
});

/** What administrators ask about deliveries of an endpoint. Nothing is behind its URL, so nothing is ever delivered. */
export const webhookDeliveryCases: Case[] = [
  ...request({
    ...{ ...byAdministrators, route: test, name: 'an endpoint that does not answer', given: registered },
    request: named,
    expect: 200,
    then({ body }) {
      like(body, { eventId: isText, delivered: false, status: null, error: isText, answer: null });
    },
  }),
  ...request({
    ...{ ...byAdministrators, route: attempts, name: 'what was tried, a test too', given: tried },
    request: named,
    expect: 200,
    then({ body }, { eventId }) {
      const attempt = { id: isText, kind: 'test', eventId, event: 'test.ping', delivered: false, at: isMicroTimestamp };
      like(body, { items: [attempt], hasMore: false });
    },
  }),
  ...request({
    ...{ ...byAdministrators, route: deadLetters, name: 'none that was given up', given: registered },
    request: named,
    expect: 200,
    then: ({ body }) => like(body, { items: [], hasMore: false }),
  }),
  ...request({
    ...{ ...byAdministrators, route: retryAll, name: 'all of none', given: registered },
    request: named,
    expect: 202,
    then: ({ body }) => like(body, { retried: 0 }),
  }),
  ...request({
    ...{ ...byAdministrators, route: retry, name: 'not one that is not there', given: registered },
    request: ({ id }) => ({ params: { webhookId: id, n: '1' } }),
    expect: 'not_found',
  }),
  ...request({
    ...{ ...byAdministrators, route: replay, name: 'what happened in a time', given: registered },
    request: (given) => ({ ...named(given), body: again }),
    expect: 202,
    then({ body }, { id }) {
      const shown = { id: isText, webhookId: id, ...again, threadId: null, requestedBy: 'root' };
      like(body, { ...shown, requestedAt: isMicroTimestamp });
    },
  }),
  ...request({
    ...{ ...byAdministrators, route: replay, name: 'once: the same key gives the first answer again' },
    async given(scene: Scene) {
      const { id } = await registered(scene);
      const asked = { ...named({ id }), body: { from: FROM }, headers: { 'idempotency-key': 'again-1' } };
      return { asked, first: await scene.as('root').expect<WebhookReplayResource>(202, replay, asked) };
    },
    request: ({ asked }) => asked,
    expect: 202,
    then: ({ body }, { first }) => like(body, { id: first.id, to: first.to, requestedAt: first.requestedAt }),
  }),
  ...request({
    ...{ ...byAdministrators, route: replay, name: 'not another one with the same key' },
    async given(scene: Scene) {
      const { id } = await registered(scene);
      const asked = { ...named({ id }), body: again, headers: { 'idempotency-key': 'again-1' } };
      await scene.as('root').expect(202, replay, asked);
      return { ...asked, body: { ...again, threadId: 'another' } };
    },
    request: (asked) => asked,
    expect: 'idempotency_key_reused',
  }),
  ...[{}, { from: 'yesterday' }, { from: FROM, to: 'x' }, { from: FROM, threadId: '../x' }].flatMap((wrong) =>
    request({
      ...{ ...byAdministrators, route: replay, name: `not ${JSON.stringify(wrong)}`, given: registered },
      request: (given: Endpoint) => ({ ...named(given), body: wrong }),
      expect: 'invalid_request',
      ...{ elsewhere: null, unpermitted: null, stranger: null },
    }),
  ),
  ...request({
    ...{ ...byAdministrators, route: replays, name: 'those there are', given: replayed },
    request: named,
    expect: 200,
    then: ({ body }, given) => like(body, { items: [{ id: given.replay.id, ...again }], hasMore: false }),
  }),
  ...request({
    ...{ ...byAdministrators, route: oneReplay, name: 'one', given: replayed },
    request: theReplay,
    expect: 200,
    then: ({ body }, given) => like(body, { id: given.replay.id, webhookId: given.id, ...again }),
  }),
  ...[oneReplay, cancelReplay].flatMap((route) =>
    request({
      ...{ ...byAdministrators, route, name: 'not one that is not there', given: registered },
      request: ({ id }) => ({ params: { webhookId: id, replayId: NOWHERE } }),
      expect: 'not_found',
    }),
  ),
  story(`${cancelReplay}: ends one that runs, and no other`, [replay, cancelReplay, oneReplay], async (scene) => {
    const given = theReplay(await replayed(scene));
    for (const hidden of [scene.as('eve'), scene.as('root', { permissions: ['chat:read'] })])
      await hidden.expect('not_found', cancelReplay, given);
    const root = scene.as('root');
    // It may be through already: whoever comes later than that is told so.
    const { status } = await root.ask(cancelReplay, given);
    if (![200, 409].includes(status)) fail(`a replay is ended with ${status}`);
    const expected = status === 200 ? 'cancelled' : (ended: unknown) => ended !== 'running' && ended !== 'cancelled';
    like(await root.expect(200, oneReplay, given), { status: expected });
    await root.expect('conflict', cancelReplay, given);
  }),
  ...[attempts, deadLetters, retryAll, test, replays].flatMap((route) =>
    request({
      ...{ ...byAdministrators, route, name: 'not of an endpoint that is not there' },
      request: () => ({ params: { webhookId: NOWHERE } }),
      expect: 'not_found',
    }),
  ),
  ...request({
    ...{ route: keys, name: 'what signs, for everybody', as: 'ann' },
    expect: 200,
    then({ body }) {
      const { keys: shown } = body as { keys: object[] };
      for (const key of shown) like(key, { algorithm: 'ed25519', publicKey: isText, pem: isText });
    },
    ...{ elsewhere: 200, unpermitted: 200, stranger: 200 },
  }),
];
