import type { Actor } from '@threadlog/auth';
import type { Command, CommandRequest, CommandResult } from '@threadlog/commands';
import { tenantId } from '@threadlog/events';
import type { Node } from './node';
import type { World } from './world';

const TENANT = tenantId('sim');
export const CLOSED = 'thread_closed';

/** What a client was told about one of its commands, in the end. */
export interface Told {
  key: string;
  command: Command;
  results: CommandResult[];
}

/** Everybody acts as the same user: idempotency keys are what tells commands apart. */
export const ACTOR: Actor = {
  tenantId: TENANT,
  id: 'ann',
  type: 'user',
  role: 'user',
  permissions: ['chat:read', 'chat:write'],
  learnerScope: [],
  expiresAt: null,
};

export interface ClientOptions {
  world: World;
  name: string;
  nodes(): readonly Node[];
  threads: string[];
  commands: number;
  told: Told[];
  /** Archives one of the threads somewhere along the way. */
  archives: boolean;
}

const RETRYABLE = new Set(['outcome_unknown', 'unavailable', 'overloaded']);

/** Posts, edits and deletes, one command after another, and repeats each until it knows what became of it. */
export async function runClient(options: ClientOptions): Promise<void> {
  const { world, name, threads, told } = options;
  const { random } = world;
  const posted: { threadId: string; messageId: string }[] = [];
  for (let index = 0; index < options.commands; index += 1) {
    const archive = options.archives && index === Math.floor(options.commands / 2);
    const command = archive
      ? ({ type: 'thread.update', input: { threadId: threads[0]!, status: 'archived' } } satisfies Command)
      : chooseCommand(random, threads, posted, `${name}-${index}`);
    const entry: Told = { key: `${name}-${index}`, command, results: [] };
    told.push(entry);
    const result = await persist(options, entry);
    if (result.ok && command.type === 'message.post') {
      const { id, threadId } = result.resource as { id: string; threadId: string };
      posted.push({ threadId, messageId: id });
    }
    // Now and then a command that was answered is sent once more, as a client with a lost answer would.
    if (random.chance(0.25)) await persist(options, entry);
    await pause(world, random.next() * 400);
  }
}

export async function createThreads(options: ClientOptions, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const input = {
      title: null,
      learnerId: null,
      type: 'group' as const,
      channel: 'chat' as const,
      participantIds: [],
      metadata: null,
      parentThreadId: null,
      rootMessageId: null,
    };
    const entry: Told = { key: `create-${index}`, command: { type: 'thread.create', input }, results: [] };
    options.told.push(entry);
    const result = await persist(options, entry);
    if (result.ok) options.threads.push((result.resource as { id: string }).id);
  }
}

function chooseCommand(
  random: World['random'],
  threads: readonly string[],
  posted: readonly { threadId: string; messageId: string }[],
  text: string,
): Command {
  if (posted.length === 0 || random.chance(0.75)) {
    const rest = { attachments: [], metadata: null, replyTo: null, mentions: [], clientMessageId: null };
    return {
      type: 'message.post',
      input: { threadId: random.pick(threads), content: text, messageType: 'text', ...rest },
    };
  }
  const known = random.pick(posted);
  if (random.chance(0.3)) return { type: 'message.delete', input: known };
  return { type: 'message.edit', input: { ...known, content: `${text} edited` } };
}

/** Sends until the answer is final. Sometimes it loses patience first and sends again while the first is under way. */
export async function persist(options: ClientOptions, entry: Told, as: As = {}): Promise<CommandResult> {
  const { world, nodes } = options;
  for (;;) {
    const node = world.random.pick(nodes());
    const result = await send(world, node, entry, as);
    if (result && (result.ok || !RETRYABLE.has(result.problem.code))) {
      entry.results.push(result);
      return result;
    }
    await pause(world, 20 + world.random.next() * 400);
  }
}

type As = Partial<Pick<CommandRequest, 'actor' | 'idempotencyKey'>>;

function send(world: World, node: Node, { key, command }: Told, as: As): Promise<CommandResult | null> {
  const own = { actor: ACTOR, command, idempotencyKey: key, correlationId: key, timeoutMs: 3_000 };
  const request: CommandRequest = { ...own, ...as };
  return new Promise((resolve) => {
    const patience = world.random.chance(0.2) ? 10 + world.random.next() * 300 : 4_000;
    world.after(patience, null, () => resolve(null));
    world.after(world.random.next() * 3, node.process, () => {
      void node.router.execute(request).then((result) => {
        world.after(world.random.next() * 3, node.process, () => resolve(result));
      });
    });
  });
}

export function pause(world: World, ms: number): Promise<void> {
  return new Promise((resolve) => world.after(ms, null, resolve));
}
