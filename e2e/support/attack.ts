import { commandRoutes } from '@threadlog/command-api';
import type { ClientEventName, MessageResource, ThreadResource } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { hostileInputs, type HostileInput } from '@threadlog/testing';
import { clientOf, tokenOf, type Person } from './people';
import { SECRETS } from './system';

/** Largest refusal, and longest time to one: wide, for what is looked for is a thousand times as much. */
const REFUSAL_BYTES = 32_768;
const ANSWER_MS = 20_000;
const AT_A_TIME = 6;

/** What hostile requests are about: it exists, so that they get past the look-ups. */
export interface Place {
  thread: string;
  sub: string;
  message: string;
}

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
    payload: (event) => PAYLOADS(place)[event],
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

const TEXTS = { title: 'hello', metadata: { a: 1 } };
const MESSAGE = {
  content: 'hello',
  attachments: [{ externalFileId: 'f', label: 'l', mime: 'm', bytes: 1 }],
  metadata: { a: 1 },
};
const PROFILE = {
  externalUserId: 'synced',
  displayName: 'D',
  avatarUrl: 'https://a',
  email: 'e@x',
  metadata: { a: 1 },
};

/** Sound bodies where one that has everything would be refused as a whole, or take away what the attack is about. */
const BASES: Readonly<Record<string, unknown>> = {
  createThread: { ...TEXTS, type: 'group', participantIds: ['ben'] },
  createConversation: { ...TEXTS, type: 'group', participantIds: ['ben'] },
  createConversationThread: TEXTS,
  ...Object.fromEntries(
    ['updateThread', 'replaceThread', 'updateConversation', 'replaceConversation'].map((name) => [name, TEXTS]),
  ),
  ...Object.fromEntries(['postMessage', 'sendMessage', 'postConversationThreadMessage'].map((name) => [name, MESSAGE])),
  ...Object.fromEntries(
    ['editMessage', 'replaceMessage', 'editConversationMessage', 'editMessageById'].map((name) => [name, MESSAGE]),
  ),
  addParticipant: { userId: 'dora' },
  changeParticipantRole: { role: 'member' },
  addConversationParticipants: { userId: 'dora' },
  changeThreadPreferences: { mutedUntil: null },
  markThreadRead: {},
  markConversationRead: {},
  requestExport: { userId: 'nobody' },
  requestDeletion: { userId: 'nobody' },
  readmitSubject: { userId: 'nobody' },
  setLegalHold: { userId: 'nobody', reason: 'other' },
  setRetention: { days: 36_500 },
  addReactionById: { emoji: '👍' },
  syncUser: PROFILE,
  syncUsers: { users: [PROFILE] },
};

const PAYLOADS = ({ thread, sub, message }: Place): Partial<Record<ClientEventName, unknown>> => ({
  'message:send': { conversationId: thread, ...MESSAGE },
  'message:edit': { messageId: message, content: 'hello' },
  'reaction:add': { messageId: message, emoji: '👍' },
  'reaction:remove': { messageId: message, emoji: '👍' },
  'thread:create': { conversationId: thread, title: 'hello' },
  'thread:switch': { conversationId: thread, threadId: sub },
});

function inputsOf(route: Route): HostileInput[] {
  const inputs = hostileInputs(route.body!, BASES[route.operationId ?? '']);
  if (route.operationId !== 'syncUsers') return inputs;
  // Its items are parsed one by one, with the schema of a single one.
  const single = commandRoutes.find(({ operationId }) => operationId === 'syncUser')!;
  return [
    ...inputs,
    ...inputsOf(single).map(({ name, json }) => ({ name: `[] ${name}`, json: `{"users":[${json}]}` })),
  ];
}

/** Path parameters with what exists. */
function filled(
  { path, operationId = '' }: Pick<Route, 'path' | 'operationId'>,
  { thread, sub, message }: Place,
): string {
  const isBelow = path.includes('{conversationId}') && path.includes('{threadId}');
  const known: Record<string, string> = {
    threadId: isBelow ? sub : thread,
    conversationId: thread,
    messageId: message,
    userId: operationId.startsWith('change') ? 'cleo' : 'zoe',
    emoji: encodeURIComponent('👍'),
    externalUserId: 'synced',
  };
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? 'none');
}

/** As they stand in a URL: what cannot be written in one is percent-encoded by hand. */
const HOSTILE_PARTS: Readonly<Record<string, string>> = {
  'half a surrogate pair': '%ED%A0%BD',
  NUL: '%00',
  'NUL in a text': 'a%00b',
  'no UTF-8': '%FF',
  'no encoding': '%',
  'a line': '%0D%0Ax:%20y',
  'a slash': '%2F',
  'a prototype': '__proto__',
  'a long text': 'x'.repeat(4_000),
  'a time past the last year': '9999-12-31T23%3A59%3A59-01%3A00',
  'a time before the first year': '0001-01-01T00%3A00%3A00%2B01%3A00',
  'minus one': '-1',
  'a number beyond all': '1e400',
  'a number that was rounded': '9007199254740993',
  'not a number': 'NaN',
  'an emoji': '%F0%9F%91%8D',
};

interface Address {
  name: string;
  target: string;
  headers?: Record<string, string>;
}

function addressesOf(route: Route, place: Place): Address[] {
  const path = filled(route, place);
  const parts = Object.entries(HOSTILE_PARTS);
  const params = Object.keys(route.params?.shape ?? {}).flatMap((param) =>
    parts.map(([what, part]) => ({
      name: `${param}: ${what}`,
      target: filled({ ...route, path: route.path.replace(`{${param}}`, () => part) }, place),
    })),
  );
  const query = [...Object.keys(route.query?.shape ?? {}), '__proto__'].flatMap((param) =>
    parts.map(([what, part]) => ({ name: `?${param}: ${what}`, target: `${path}?${param}=${part}` })),
  );
  const headers = Object.keys(route.headers?.shape ?? {}).flatMap((header) =>
    ['\u00e9\u00ff', 'x'.repeat(4_000), '', '__proto__', '"9007199254740993"'].map((value) => ({
      name: `${header}: ${value.slice(0, 20)}`,
      target: path,
      headers: { [header]: value },
    })),
  );
  // What takes something away would do so with the first sound address.
  return route.method === 'delete' ? params : [...params, ...query, ...headers];
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
