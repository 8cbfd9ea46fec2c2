import type { Person } from '../system/tokens';
import type { System } from '../system/system';
import type { World } from '../world';
import { createGrpcDriver } from '../driver/grpc';

export type Fields = Record<string, string | number>;

/** A request of one of the four calls that `/v1` and gRPC have alike, and who makes it. */
export interface Asked {
  person: Person;
  request: Fields;
}

/** Makes a call and resolves with what reads its answer; rejects where it was refused. */
export interface Caller {
  call(method: string, asked: Asked): Promise<() => unknown>;
  close(): void;
}

export interface Transport {
  name: string;
  title: string;
  /** Throws where the system does not have it. */
  open(context: { system: System; world: World }): Caller;
}

const REQUESTS: Record<string, (request: Fields) => { method: 'GET' | 'POST'; path: string; body?: string }> = {
  SendMessage: (request) => ({ method: 'POST', path: '/v1/messages', body: JSON.stringify(request) }),
  GetMessages: ({ conversation_id: id, limit }) => ({
    method: 'GET',
    path: `/v1/conversations/${id}/messages?limit=${limit}`,
  }),
  GetConversations: ({ limit }) => ({ method: 'GET', path: `/v1/conversations?limit=${limit}` }),
  MarkAsRead: ({ conversation_id: id, message_id }) => ({
    method: 'POST',
    path: `/v1/conversations/${id}/read`,
    body: JSON.stringify({ message_id }),
  }),
};

export const overHttp: Transport = {
  name: 'v1',
  title: '/v1',
  open: ({ world }) => ({
    async call(name, { person, request }) {
      const call = REQUESTS[name]!(request);
      const options = { person, connection: 0 };
      const reply = call.method === 'GET' ? await world.read(call.path, options) : await world.write(call, options);
      return () => JSON.parse(reply.text()) as unknown;
    },
    close: () => undefined,
  }),
};

export const overGrpc: Transport = {
  name: 'grpc',
  title: 'gRPC',
  open({ system }) {
    if (system.grpcUrl === null) throw new Error('needs a system of its own: not with --url');
    const driver = createGrpcDriver(system.grpcUrl);
    return {
      call: (name, { person, request }) => driver.call(name, request, person.token),
      close: () => driver.close(),
    };
  },
};
