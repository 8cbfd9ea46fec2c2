import { randomUUID } from 'node:crypto';
import type { Call, HttpDriver, Reply } from './driver/http';
import type { Person, Tenant } from './system/tokens';

/** A thread and those who take part in it; the first is its owner. */
export interface Room {
  threadId: string;
  members: Person[];
}

/** The chats that a run talks in: all that rows need to know of the API. */
export interface World {
  tenant: Tenant;
  room(owner: string, others: readonly string[]): Promise<Room>;
  rooms(count: number, membersEach: number): Promise<Room[]>;
  /** Posts as one of the room's members, over the connection of the same number; rejects unless it was created. */
  post(room: Room, connection: number, message?: Partial<Posted>): Promise<Reply>;
  /** Any other write; rejects unless it is answered 200, 201, 202 or 204. */
  write(call: Pick<Call, 'method' | 'path' | 'body'>, options: { person: Person; connection: number }): Promise<Reply>;
  /** Rejects unless it is answered 200. */
  read(path: string, options: { person: Person; connection: number; consistencyToken?: string }): Promise<Reply>;
  /** Resolves once everything that was written to these rooms can be read. */
  settle(rooms: readonly Room[]): Promise<void>;
  /** How many messages were posted so far. */
  posted(): number;
}

export interface Posted {
  content: string;
  clientMessageId: string;
}

/** Length of what people write to each other, a little on the long side. */
export const TEXT =
  'What does the second question mean by "in your own words"? I have read the chapter twice, and the summary at the ' +
  'end says the same as the first paragraph. Could we look at the example with the two trains together?';
const SETTLE_ATTEMPTS = 30;

export function messagesPath(threadId: string): string {
  return `/api/v1/threads/${threadId}/messages`;
}

export function createWorld(http: HttpDriver, tenant: Tenant): World {
  let posted = 0;

  async function room(owner: string, others: readonly string[]): Promise<Room> {
    const members = [owner, ...others].map((userId) => tenant.person(userId));
    const body = JSON.stringify({ title: 'Bench', participantIds: others });
    const reply = await http.call(0, { method: 'POST', path: '/api/v1/threads', token: members[0]!.token, body });
    expectStatus(reply, 201);
    return { threadId: (JSON.parse(reply.text()) as { id: string }).id, members };
  }

  async function post({ threadId, members }: Room, connection: number, message?: Partial<Posted>): Promise<Reply> {
    const { token } = members[connection % members.length]!;
    // As a client would that means to send it again where the answer is lost.
    const body = JSON.stringify({ content: TEXT, clientMessageId: randomUUID(), ...message });
    const reply = await http.call(connection, { method: 'POST', path: messagesPath(threadId), token, body });
    expectStatus(reply, 201);
    posted += 1;
    return reply;
  }

  const write: World['write'] = async (call, { person, connection }) => {
    const reply = await http.call(connection, { ...call, token: person.token });
    expectStatus(reply, [201, 202, 204].includes(reply.status) ? reply.status : 200);
    return reply;
  };

  const read: World['read'] = async (path, { person, connection, consistencyToken }) => {
    const reply = await http.call(connection, { method: 'GET', path, token: person.token, consistencyToken });
    expectStatus(reply, 200);
    return reply;
  };

  async function settleRoom(target: Room): Promise<void> {
    const { consistencyToken } = await post(target, 0);
    const options = { person: target.members[0]!, connection: 0, consistencyToken: consistencyToken ?? undefined };
    for (let attempt = 1; ; attempt++) {
      try {
        await read(`${messagesPath(target.threadId)}?limit=1`, options);
        return;
      } catch (error) {
        // Each of these waited as long as the server lets a read wait.
        if (attempt === SETTLE_ATTEMPTS) throw error;
      }
    }
  }

  return {
    tenant,
    room,
    async rooms(count, membersEach) {
      const made: Room[] = [];
      for (let at = 0; at < count; at++) {
        const [owner = '', ...others] = Array.from({ length: membersEach }, (_none, member) => `u-${at}-${member}`);
        made.push(await room(owner, others));
      }
      return made;
    },
    post,
    write,
    read,
    async settle(targets) {
      for (const target of targets) await settleRoom(target);
    },
    posted: () => posted,
  };
}

function expectStatus(reply: Reply, wanted: number): void {
  if (reply.status !== wanted)
    throw new Error(`answered ${reply.status}, not ${wanted}: ${reply.text().slice(0, 300)}`);
}
