import { story, type Case } from '../case';
import { send } from '../http';
import { fail, isText, like } from '../like';
import { claimsOf } from '../people';
import { requireOutcome, type Outcome } from '../scene';
import { WRONG_TOKENS } from '../wrongTokens';
import { MESSAGES, room, THREAD, threadOf, THREADS } from './given';

const list = `GET ${THREADS}`;
const create = `POST ${THREADS}`;

/** Requests that no route is asked for. */
const strays: [string, string, Outcome][] = [
  ['an unknown route', 'GET /api/v1/nothing', 'not_found'],
  ['an unknown route below a known one', 'GET /api/v1/threads/x/colours', 'not_found'],
  ['an unknown surface', 'POST /api/v9/threads', 'not_found'],
  ['a method that a route does not have', `DELETE ${THREADS}`, 'method_not_allowed'],
  ['another one', `PATCH ${THREADS}`, 'method_not_allowed'],
  ['a metrics page', 'GET /metrics', 'not_found'],
];

const open: [string, Outcome][] = ['/health', '/livez', '/readyz', '/', '/openapi.json', '/docs'].map((path) => [
  path,
  200,
]);

const bodies: [string, string, Record<string, string>, Outcome][] = [
  ['a body that is not JSON', '{"title":', {}, 'invalid_request'],
  [
    'a body of another type',
    'title=x',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'unsupported_media_type',
  ],
  ['a body beyond 256 KiB', JSON.stringify({ title: 'x'.repeat(300_000) }), {}, 'payload_too_large'],
];

export const platformCases: Case[] = [
  ...open.map(([path, status]) =>
    story(`GET ${path}: open to everybody`, [], async (scene) => {
      const answer = await send(`${scene.options.url}${path}`, { method: 'GET' });
      const found = answer.status >= 300 && answer.status < 400 ? 200 : answer.status;
      if (found !== status) fail(`answers ${answer.status}`);
    }),
  ),
  ...strays.map(([what, route, outcome]) =>
    story(`${what} is ${outcome}`, [], async (scene) => {
      const answer = await scene.as('ann').ask(route);
      requireOutcome(answer, outcome);
      if (outcome === 'method_not_allowed') like(answer.headers.get('allow'), isText, 'Allow');
    }),
  ),
  ...bodies.map(([what, body, headers, outcome]) =>
    story(`${what} is ${outcome}`, [create], async (scene) => {
      requireOutcome(await scene.as('ann').ask(create, { body, headers }), outcome);
    }),
  ),
  ...WRONG_TOKENS.map(({ what, header }) =>
    story(`${what} is unauthorized`, [list], async (scene) => {
      const authorization = header(claimsOf('ann', scene.tenant), scene.options);
      const headers: Record<string, string> = authorization ? { authorization } : {};
      const answer = await scene.anyone().ask(list, { headers });
      requireOutcome(answer, 'unauthorized');
      like(answer.headers.get('www-authenticate'), isText, 'WWW-Authenticate');
    }),
  ),
  story('a request id comes back', [list], async (scene) => {
    const answer = await scene.as('ann').ask(list, { headers: { 'x-request-id': 'req-1234' } });
    like(answer.headers.get('x-request-id'), 'req-1234', 'X-Request-Id');
    const own = await scene.as('ann').ask(list);
    like(own.headers.get('x-request-id'), isText, 'X-Request-Id');
  }),
  story('a problem names its request', ['GET /api/v1/threads/{threadId}'], async (scene) => {
    const answer = await scene
      .as('ann')
      .ask(`GET ${THREAD}`, { params: { threadId: 'none' }, headers: { 'x-request-id': 'req-77' } });
    like(answer.body, { requestId: 'req-77', instance: (path: unknown) => String(path).endsWith('/threads/none') });
  }),
  story('a fault of a field is pointed at', [create], async (scene) => {
    const answer = await scene.as('ann').ask(create, { body: { title: 7, channel: 'fax' } });
    requireOutcome(answer, 'invalid_request');
    const { errors } = answer.body as { errors: { pointer: string }[] };
    like(errors.map(({ pointer }) => pointer).toSorted(), ['/channel', '/title'], 'pointers');
  }),
  story('HEAD is GET without a body', [list], async (scene) => {
    const answer = await scene.as('ann').ask(`HEAD ${THREADS}`);
    if (answer.status !== 200 || answer.body !== null) fail(`answers ${answer.status} ${String(answer.body)}`);
  }),
  story('answers are nobody else’s: no cache may keep them', [list], async (scene) => {
    const answer = await scene.as('ann').ask(list);
    like(answer.headers.get('cache-control'), 'no-store', 'Cache-Control');
    like(answer.headers.get('x-powered-by'), null, 'X-Powered-By');
  }),
  story('a GET with a JSON content type is fine', [list], async (scene) => {
    requireOutcome(await scene.as('ann').ask(list, { headers: { 'content-type': 'application/json' } }), 200);
  }),
  story('a consistency token shows its write', [create, list], async (scene) => {
    for (let index = 0; index < 10; index += 1) {
      const made = await scene.as('ann').ask(create, { body: { title: `${index}` } });
      const token = made.headers.get('x-consistency-token') ?? fail('no token');
      const { id } = made.body as { id: string };
      const url = `${scene.options.url}${THREADS}/${id}`;
      const authorization = `Bearer ${scene.as('ann').token}`;
      const answer = await send(url, { method: 'GET', headers: { authorization, 'x-consistency-token': token } });
      if (answer.status !== 200) fail(`answers ${answer.status} to the token of the write itself`);
    }
  }),
  story('a consistency token that is none is refused', [list], async (scene) => {
    const answer = await scene.as('ann').ask(list, { headers: { 'x-consistency-token': 'v1.nonsense' } });
    requireOutcome(answer, 'invalid_request');
  }),
  story('a person of the same id in another tenant is somebody else', [create, list], async (scene) => {
    const made = await room(scene);
    const twin = scene.as('ann', { tenant: `${scene.tenant}-twin` });
    await twin.expect('not_found', `GET ${THREAD}`, threadOf(made));
    await twin.expect('not_found', `POST ${MESSAGES}`, { ...threadOf(made), body: { content: 'x' } });
    like(await twin.expect(200, list), { threads: [] });
  }),
];
