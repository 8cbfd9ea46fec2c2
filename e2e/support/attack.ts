import type { ClientEventName, MessageResource, ThreadResource } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { addressesOf, filled, type Place } from './attackAddresses';
import { BASES, inputsOf, payloads } from './attackBodies';
import { clientOf, tokenOf, type Person } from './people';
import { SECRETS } from './system';

/** Largest refusal, and longest time to one: wide, for what is looked for is a thousand times as much. */
const REFUSAL_BYTES = 32_768;
const ANSWER_MS = 20_000;
const AT_A_TIME = 6;

export interface Attack {
  place: Place;
  /** All hostile bodies of a route; what came of them that should not have. */
  bodies(route: Route): Promise<string[]>;
  /** The same of path parameters, query and headers. */
  addresses(route: Route): Promise<string[]>;
  /** A sound payload of a socket command. */
  payload(event: ClientEventName): unknown;
  send(method: string, path: string, json: string): Promise<Response>;
}

/** Makes a thread with a sub-thread and a message, and the means to attack them. */
export async function createAttack(api: string, owner: Person, admin: Person): Promise<Attack> {
  const client = clientOf(api, owner);
  const people = { participantIds: ['ben', 'cleo'] };
  const thread = (await client.call<ThreadResource>('POST', '/api/v1/threads', people)).body.id;
  const sub = (await client.call<ThreadResource>('POST', '/api/v1/threads', { parentThreadId: thread })).body.id;
  const path = `/api/v1/threads/${thread}/messages`;
  const message = (await client.call<MessageResource>('POST', path, { content: 'first' })).body.id;
  const place = { thread, sub, message };

  const headersOf = ({ auth, path: template }: Route): Record<string, string> => {
    if (auth === 'internal') return { 'x-internal-secret': SECRETS.INTERNAL_API_SECRET, 'x-tenant-id': owner.tenant };
    const who = /\/(privacy|audit|admin)\b/.test(template) ? admin : owner;
    return { authorization: `Bearer ${tokenOf(who)}` };
  };
  const send = (route: Pick<Route, 'method'> & Partial<Route>, target: string, rest: RequestInit): Promise<Response> =>
    fetch(`${api}${target}`, {
      method: route.method.toUpperCase(),
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'manual',
      ...rest,
    });

  return {
    place,
    payload: (event) => payloads(place)[event],
    send: (method, target, json) =>
      send({ method: method as Route['method'] }, target, {
        headers: { authorization: `Bearer ${tokenOf(owner)}`, 'content-type': 'application/json' },
        body: json,
      }),
    bodies(route) {
      const target = filled(route, place);
      const headers = { ...headersOf(route), 'content-type': 'application/json' };
      return faultsOf(inputsOf(route), ({ json }) => send(route, target, { headers, body: json }));
    },
    addresses(route) {
      return faultsOf(addressesOf(route, place), ({ target, headers }) =>
        send(route, target, { headers: { ...headersOf(route), ...typeOf(route), ...headers }, ...harmless(route) }),
      );
    },
  };
}

const typeOf = ({ body }: Route): Record<string, string> => (body ? { 'content-type': 'application/json' } : {});

/** A sound body, where the route wants one. */
function harmless({ body, operationId = '' }: Route): RequestInit {
  return body ? { body: JSON.stringify(BASES[operationId]) } : {};
}

async function faultsOf<Input extends { name: string }>(
  inputs: readonly Input[],
  send: (input: Input) => Promise<Response>,
): Promise<string[]> {
  const faults: string[] = [];
  const waiting = [...inputs];
  const work = async (): Promise<void> => {
    for (let input = waiting.shift(); input; input = waiting.shift()) {
      const fault = await send(input).then(faultOfAnswer, (error: unknown) => `no answer: ${String(error)}`);
      if (fault) faults.push(`${input.name}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return faults;
}

async function faultOfAnswer(response: Response): Promise<string | null> {
  const text = await response.text();
  if (response.status >= 500) return `${response.status} ${text.slice(0, 200)}`;
  return response.status >= 400 && text.length > REFUSAL_BYTES ? `${response.status} in ${text.length} bytes` : null;
}
