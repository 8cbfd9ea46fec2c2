import type { WebhookResource, WebhookWithSecretResource } from '@threadlog/events';
import type { Case } from '../case';
import { fail, isMicroTimestamp, isText, like } from '../like';
import type { Scene } from '../scene';
import { request } from '../variants';

const BASE = '/api/v1/webhooks';
const ONE = `${BASE}/{webhookId}`;
const register = `POST ${BASE}`;
const list = `GET ${BASE}`;
const one = `GET ${ONE}`;
const update = `PATCH ${ONE}`;
const remove = `DELETE ${ONE}`;
const rotate = `POST ${ONE}/secret`;

/** A name that is for nobody, so that nothing is sent anywhere. */
const URL = 'https://hooks.example.invalid/chat';
export const NOWHERE = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10';
const ALL = { learnerId: null, threadTypes: null };

export async function registered(scene: Scene): Promise<WebhookWithSecretResource> {
  const made = await scene.as('root').expect<WebhookWithSecretResource>(201, register, { body: { url: URL } });
  await scene.settle();
  return made;
}
const named = ({ id }: WebhookResource) => ({ params: { webhookId: id } });

export function showsNoSecret(body: unknown, { secret }: { secret: string | null }): void {
  const text = JSON.stringify(body);
  if (secret === null || text.includes('whsec_') || text.includes(secret)) fail(`a secret is shown: ${text}`);
}

export function isSecret(value: unknown): value is string {
  return typeof value === 'string' && /^whsec_[A-Za-z0-9+/]{43}=$/.test(value);
}

/** Endpoints of a tenant: the business of its administrators, for whom alone they exist. */
export const webhookCases: Case[] = [
  ...request({
    route: register,
    name: 'an endpoint',
    as: 'root',
    request: () => ({ body: { url: URL, events: ['message.created'], payload: 'thin', description: 'Notes' } }),
    expect: 201,
    then({ body }) {
      like(body, {
        ...{ id: isText, url: URL, events: ['message.created'], filter: ALL, payload: 'thin', description: 'Notes' },
        ...{ enabled: true, disabledReason: null, secrets: [{ id: isText, until: null }], secret: isSecret },
        ...{ createdBy: 'root', createdAt: isMicroTimestamp, updatedBy: 'root' },
      });
    },
    elsewhere: null,
    stranger: 'forbidden',
  }),
  ...(['ann', 'lena', 'gus', 'tess', 'bot', 'aud'] as const).flatMap((as) =>
    request({
      route: register,
      name: `nobody, as ${as}`,
      as,
      request: () => ({ body: { url: URL } }),
      expect: 'forbidden',
      elsewhere: null,
      stranger: null,
      unpermitted: null,
    }),
  ),
  ...[
    'http://hooks.example.invalid/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:10.0.0.1]/',
    'https://user:word@hooks.example.invalid/',
    'https://hooks.example.invalid:22/',
    'ftp://hooks.example.invalid/',
    'no url',
  ].flatMap((url) =>
    request({
      route: register,
      name: `not ${url}`,
      as: 'root',
      request: () => ({ body: { url } }),
      expect: 'invalid_request',
      elsewhere: null,
      stranger: null,
      unpermitted: null,
    }),
  ),
  ...request({
    route: list,
    name: 'those there are, without their secrets',
    given: registered,
    as: 'root',
    expect: 200,
    then({ body }, given) {
      like(body, { items: [{ id: given.id, url: URL, enabled: true }] });
      showsNoSecret(body, given);
    },
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { items: [], hasMore: false }),
    stranger: 'forbidden',
  }),
  ...request({
    route: one,
    name: 'one, without its secret',
    given: registered,
    as: 'root',
    request: named,
    expect: 200,
    then({ body }, given) {
      like(body, { id: given.id, url: URL, events: ['*'], filter: ALL, payload: 'full' });
      showsNoSecret(body, given);
    },
    unpermitted: 'not_found',
  }),
  ...request({
    route: update,
    name: 'what it is told, and whether it is on',
    given: registered,
    as: 'root',
    request: (given) => ({ ...named(given), body: { filter: { learnerId: 'lena' }, enabled: false } }),
    expect: 200,
    then({ body }, given) {
      like(body, { id: given.id, url: URL, enabled: false, filter: { learnerId: 'lena', threadTypes: null } });
      showsNoSecret(body, given);
    },
    unpermitted: 'not_found',
  }),
  ...request({
    route: rotate,
    name: 'the next one, beside the one before',
    given: registered,
    as: 'root',
    request: named,
    expect: 201,
    then({ body }, given) {
      like(body, {
        ...{ id: given.id, secret: isSecret },
        secrets: [
          { id: isText, until: null },
          { id: given.secrets[0]!.id, until: isMicroTimestamp },
        ],
      });
      if ((body as WebhookWithSecretResource).secret === given.secret) fail('it is the secret before');
    },
    unpermitted: 'not_found',
  }),
  ...request({
    route: remove,
    name: 'one',
    given: registered,
    as: 'root',
    request: named,
    expect: 204,
    async then(_answer, given, scene) {
      await scene.settle();
      await scene.as('root').expect('not_found', one, named(given));
    },
    unpermitted: 'not_found',
  }),
  ...[one, remove, rotate].flatMap((route) =>
    request({
      route,
      name: 'not one that is not there',
      as: 'root',
      request: () => ({ params: { webhookId: NOWHERE } }),
      expect: 'not_found',
    }),
  ),
];
