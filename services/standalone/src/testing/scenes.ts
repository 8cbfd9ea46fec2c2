import type { Actor } from '@threadlog/auth';
import { COMMANDS, type CommandInput, type CommandResult, type CommandType } from '@threadlog/commands';
import {
  decodeEvent,
  type ChatEvent,
  type MessageResource,
  type Subject,
  type ThreadResource,
} from '@threadlog/events';
import { readCheckpoints } from '@threadlog/read-models';
import { eventually, testActor } from '@threadlog/testing';
import type { z } from 'zod';
import type { givenStandalone } from './standalone';

type Standalone = ReturnType<typeof givenStandalone>;

/** Commands past HTTP, in anybody's name, and what came of them in the log and in the read model. */
export function scenesOf(api: Standalone) {
  let keys = 0;

  async function execute<T extends CommandType>(
    actor: Actor,
    type: T,
    input: z.input<(typeof COMMANDS)[T]>,
  ): Promise<CommandResult> {
    const command = { type, input: COMMANDS[type].parse(input) as CommandInput<T> };
    return api.router().execute({
      actor,
      command: command as never,
      idempotencyKey: `key-${(keys += 1)}`,
      correlationId: 'test',
      timeoutMs: 10_000,
    });
  }

  async function done<T extends CommandType>(actor: Actor, type: T, input: z.input<(typeof COMMANDS)[T]>) {
    const result = await execute(actor, type, input);
    if (!result.ok) throw new Error(`${type}: ${JSON.stringify(result.problem)}`);
    return result.resource;
  }

  return {
    execute,
    done,
    thread: async (actor: Actor, input: z.input<(typeof COMMANDS)['thread.create']>): Promise<string> =>
      ((await done(actor, 'thread.create', input)) as ThreadResource).id,
    post: async (actor: Actor, threadId: string, content: string): Promise<string> =>
      ((await done(actor, 'message.post', { threadId, content })) as MessageResource).id,
    hold: async (tenant: string, held: { subject: Subject } | { heldThreadId: string }): Promise<string> =>
      ((await done(officerOf(tenant), 'tenant.hold', { ...held, reason: 'litigation' })) as { id: string }).id,
    release: (tenant: string, holdId: string) => done(officerOf(tenant), 'tenant.releaseHold', { holdId }),
    keepFor: (tenant: string, days: number | null) => done(officerOf(tenant), 'tenant.retention', { days }),
    /** Resolves when the read model has all that is in the log now. */
    async projected(): Promise<void> {
      const { log, database } = api.runtime();
      const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
      await eventually(async () => {
        const checkpoints = await readCheckpoints(database, 1);
        return heads.every((head, partition) => (checkpoints.get(partition)?.nextOffset ?? 0) >= head);
      });
    },
    /** A tenant's events as they count, partition by partition. */
    async events(tenant: string): Promise<ChatEvent[]> {
      const { log } = api.runtime();
      const found: ChatEvent[] = [];
      for (let partition = 0; partition < log.partitions; partition += 1) {
        const head = await log.head(partition);
        for await (const { records } of log.read(partition, { offset: 0, maxEpoch: 0 }, head))
          for (const { value } of records) {
            const decoded = decodeEvent(value);
            if (decoded.kind === 'event' && decoded.event.tenant_id === tenant) found.push(decoded.event);
          }
      }
      return found;
    },
  };
}

/** Who administers a tenant and keeps its privacy. */
export function officerOf(tenant: string): Actor {
  return testActor('pia', {
    tenant,
    role: 'admin',
    permissions: ['chat:read', 'chat:write', 'chat:privacy', 'chat:admin'],
  });
}
