import { createChatClient, type ChatClient, type ChatClientOptions, type Message } from '@threadlog/client';
import { testActor } from '@threadlog/testing';
import jwt from 'jsonwebtoken';
import type { givenStandalone } from './standalone';
import { SECRET, tokenOf } from './standalone';

/** Clients of people of a tenant of their own; closed after each test. */
export function chatClients(api: ReturnType<typeof givenStandalone>) {
  const open = new Set<ChatClient>();
  let tenants = 0;
  afterEach(() => {
    for (const client of open) client.close();
    open.clear();
  });
  const actorOf = (id: string, tenantId: string) => testActor(id, { tenant: tenantId });
  return {
    tenant: () => `client-school-${(tenants += 1)}`,
    /** A token that ends soon. */
    shortToken: (id: string, tenantId: string, seconds: number) =>
      jwt.sign({ sub: id, tenant_id: tenantId, role: 'user' }, SECRET, { expiresIn: seconds }),
    of(id: string, tenantId: string, options: Partial<ChatClientOptions> = {}): ChatClient {
      const client = createChatClient({
        url: api.url(),
        realtimeUrl: api.sockets(),
        ...(options.getToken ? {} : { token: tokenOf(actorOf(id, tenantId)) }),
        ...options,
      });
      open.add(client);
      return client;
    },
  };
}

/** What the server has of a thread, in its order. */
export async function historyOf(client: ChatClient, threadId: string): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of client.messages.list(threadId, { order: 'asc', limit: 200 })) messages.push(message);
  return messages;
}

/** What is compared of messages: everything but what only their reader sees, in no order of its own. */
export function comparable(messages: readonly Message[]) {
  return messages.map(({ id, seq, messageIndex, content, edit, pinned, senderId, reactions }) => ({
    ...{ id, seq, messageIndex, content, edit, pinned, senderId },
    reactions: reactions
      .map(({ emoji, count, userIds }) => `${emoji} ${count} ${userIds.toSorted().join()}`)
      .toSorted(),
  }));
}
