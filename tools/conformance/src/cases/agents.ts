import type { AgentResource, AgentWithSecretResource } from '@threadlog/events';
import type { Case } from '../case';
import { fail, isMicroTimestamp, isText, like } from '../like';
import type { Scene } from '../scene';
import { request } from '../variants';
import { isSecret, showsNoSecret } from './webhooks';

const BASE = '/api/v1/agents';
const ONE = `${BASE}/{agentId}`;
const register = `PUT ${ONE}`;
const list = `GET ${BASE}`;
const one = `GET ${ONE}`;
const remove = `DELETE ${ONE}`;
const rotate = `POST ${ONE}/secret`;

/** A name that is for nobody, so that nobody is asked. */
const URL = 'https://agents.example.invalid/chat';
const tutor = { agentId: 'tutor' };
const body = { url: URL, displayName: 'Tutor' };

async function registered(scene: Scene): Promise<AgentWithSecretResource> {
  const made = await scene.as('root').expect<AgentWithSecretResource>(201, register, { params: tutor, body });
  await scene.settle();
  return made;
}
const named = ({ id }: AgentResource) => ({ params: { agentId: id } });
/** Somebody else's tenant has an agent of that name as little as it had before. */
const nobodys = { elsewhere: null, unpermitted: null, stranger: null } as const;

/** Agents of a tenant: the business of its administrators, for whom alone they exist. */
export const agentCases: Case[] = [
  ...request({
    route: register,
    name: 'an agent',
    as: 'root',
    request: () => ({ params: { agentId: 'constructor' }, body: { ...body, trigger: 'mention', timeoutMs: 5_000 } }),
    expect: 201,
    then({ body }) {
      like(body, {
        ...{ id: 'constructor', url: URL, displayName: 'Tutor', trigger: 'mention', contextMessages: 20 },
        ...{ timeoutMs: 5_000, secrets: [{ id: isText, until: null }], secret: isSecret },
        ...{ createdBy: 'root', createdAt: isMicroTimestamp, updatedBy: 'root' },
      });
    },
    elsewhere: 201,
    stranger: 'forbidden',
  }),
  ...(['ann', 'lena', 'gus', 'tess', 'bot', 'aud'] as const).flatMap((as) =>
    request({
      ...{ route: register, name: `nobody, as ${as}`, as, expect: 'forbidden', ...nobodys },
      request: () => ({ params: tutor, body }),
    }),
  ),
  ...[
    { url: 'http://agents.example.invalid/' },
    { url: 'https://127.0.0.1/' },
    { url: 'https://169.254.169.254/latest/meta-data' },
    { url: 'https://[::ffff:10.0.0.1]/' },
    { url: 'https://user:word@agents.example.invalid/' },
    { displayName: '' },
    { trigger: 'sometimes' },
    { contextMessages: 0 },
    { contextMessages: 101 },
    { timeoutMs: 10 },
    { timeoutMs: 600_001 },
    { secret: 'whsec_mine' },
  ].flatMap((wrong) =>
    request({
      ...{ route: register, name: `not ${JSON.stringify(wrong)}`, as: 'root', expect: 'invalid_request', ...nobodys },
      request: () => ({ params: tutor, body: { ...body, ...wrong } }),
    }),
  ),
  ...request({
    route: register,
    name: 'the same again, which is the one there is',
    given: registered,
    as: 'root',
    request: () => ({ params: tutor, body: { ...body, contextMessages: 20 } }),
    expect: 200,
    then({ body }, given) {
      const { secret: _shownOnce, ...shown } = given;
      like(body, shown);
      showsNoSecret(body, given);
    },
    ...nobodys,
  }),
  ...request({
    route: register,
    name: 'all of it: what is left out has its default',
    given: registered,
    as: 'root',
    request: () => ({ params: tutor, body: { displayName: 'Teacher', trigger: 'off' } }),
    expect: 200,
    then({ body }, given) {
      like(body, { id: 'tutor', url: null, displayName: 'Teacher', trigger: 'off', secrets: given.secrets });
      showsNoSecret(body, given);
    },
    ...nobodys,
  }),
  ...request({
    route: list,
    name: 'those there are, without their secrets',
    given: registered,
    as: 'root',
    expect: 200,
    then({ body }, given) {
      like(body, { items: [{ id: 'tutor', url: URL }] });
      showsNoSecret(body, given);
    },
    elsewhere: 200,
    thenElsewhere({ body }) {
      const { items } = body as { items: AgentResource[] };
      if (items.some(({ id }) => id === 'tutor')) fail('shows an agent of another tenant');
    },
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
      like(body, { id: 'tutor', url: URL, trigger: 'every', timeoutMs: 600_000 });
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
      const before = { id: given.secrets[0]!.id, until: isMicroTimestamp };
      like(body, { id: given.id, secret: isSecret, secrets: [{ id: isText, until: null }, before] });
      if ((body as AgentWithSecretResource).secret === given.secret) fail('it is the secret before');
    },
    unpermitted: 'not_found',
  }),
  ...request({
    route: remove,
    name: 'one, which may be registered again',
    given: registered,
    as: 'root',
    request: named,
    expect: 204,
    async then(_answer, given, scene) {
      await scene.settle();
      await scene.as('root').expect('not_found', one, named(given));
      await registered(scene);
    },
    unpermitted: 'not_found',
  }),
  ...[one, remove, rotate].flatMap((route) =>
    request({
      ...{ route, name: 'not one that is not there', as: 'root', expect: 'not_found' },
      request: () => ({ params: { agentId: '__proto__' } }),
    }),
  ),
];
