import type { CommandRequest, CommandResult } from '@threadlog/commands';
import { notThere } from '@threadlog/events';
import { testActor } from '@threadlog/testing';
import type { Caller } from '../http/carryOut';
import type { CommandRouteDeps } from '../http/commandRoute';
import { markRead } from './markRead';

const ada = testActor('ada');
const caller = { actor: ada, headers: { 'idempotency-key': 'k' }, correlationId: 'c' } as unknown as Caller;

/** The owner has three messages, of which the read model has but the first. */
function given(newest: { messageId: string | null; messageIndex: number }) {
  const sent: CommandRequest[] = [];
  const accepted = (resource: object): CommandResult => {
    return { ok: true, status: 200, resource, position: null, replayed: false };
  };
  const deps = {
    logId: 'log',
    basePath: '',
    timeoutMs: 1_000,
    router: {
      execute(request: CommandRequest) {
        sent.push(request);
        const { type, input } = request.command;
        if (type === 'thread.newest') return Promise.resolve(accepted(newest));
        return Promise.resolve(accepted({ messageId: null, messageIndex: 0, readAt: null, ...input }));
      },
    },
    lookUps: {
      readTarget: (_actor: unknown, { messageId }: { messageId?: string | null }) =>
        messageId === 'm2' ? Promise.reject(notThere()) : Promise.resolve({ message: { id: 'm1', index: 1 } }),
      unreadAfter: () => Promise.resolve(7),
    },
  } as unknown as CommandRouteDeps;
  const read = (messageId?: string) => markRead(caller, deps, { threadId: 't', messageId });
  return {
    read,
    commands: () => sent.map(({ command }) => command),
    keys: () => sent.map((one) => one.idempotencyKey),
  };
}

describe('reading a thread up to its newest message', () => {
  it('goes as far as the owner knows, and leaves nothing unread', async () => {
    const { read, commands, keys } = given({ messageId: 'm3', messageIndex: 3 });
    const { body } = await read();
    expect(commands()).toEqual([
      { type: 'thread.newest', input: { threadId: 't' } },
      { type: 'thread.read', input: { threadId: 't', messageId: 'm3', messageIndex: 3 } },
    ]);
    expect(body).toMatchObject({ messageId: 'm3', messageIndex: 3, unreadCount: 0 });
    // Another message may be the newest when it is asked for again.
    expect(keys()).toEqual([null, null]);
  });

  it('takes the mark away where there is nothing to read', async () => {
    const { read, commands } = given({ messageId: null, messageIndex: 0 });
    expect((await read()).body).toMatchObject({ messageId: null, unreadCount: 0 });
    expect(commands()[1]).toEqual({ type: 'thread.preferences', input: { threadId: 't', markedUnread: false } });
  });
});

describe('reading a thread up to a message', () => {
  it('leaves nothing unread where that is the newest as the owner knows', async () => {
    const { read, keys } = given({ messageId: 'm1', messageIndex: 1 });
    expect((await read('m1')).body).toMatchObject({ messageId: 'm1', messageIndex: 1, unreadCount: 0 });
    expect(keys()).toEqual(['k', null]);
  });

  it('leaves what the read model has above it', async () => {
    expect((await given({ messageId: 'm3', messageIndex: 3 }).read('m1')).body).toMatchObject({ unreadCount: 7 });
  });

  it('is refused for a message that is not there', async () => {
    const { read } = given({ messageId: 'm3', messageIndex: 3 });
    await expect(read('m2')).rejects.toMatchObject({ problem: { code: 'not_found' } });
  });
});
