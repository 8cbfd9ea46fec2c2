import type { Actor } from '@threadlog/auth';
import type { Command } from '@threadlog/commands';
import type { ChatEvent } from '@threadlog/events';
import { ACTOR, pause, persist, type ClientOptions, type Told } from './client';

const BOT: Actor = { ...ACTOR, id: 'bot', type: 'agent', role: 'agent' };
const RUN = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d77';

/** What an agent may be refused with in the course of such a run. */
const REFUSALS = new Set(['agent_off', 'run_over', 'gone', 'thread_closed']);

/** The usual clients, and beside them an agent and a supervisor for as long as they write. */
export async function runBesideAgents(
  client: (index: number) => ClientOptions,
  clients: readonly Promise<void>[],
): Promise<void> {
  await addAgents(client(9));
  let isDone = false;
  const others = [
    runAgent(client(7), 'a', () => isDone),
    runAgent(client(8), 'b', () => isDone),
    runSupervisor(client(9), () => isDone),
  ];
  await Promise.all(clients);
  isDone = true;
  await Promise.all(others);
}

/** The agent takes part in every thread. */
async function addAgents(options: ClientOptions): Promise<void> {
  for (const threadId of options.threads) {
    const input = { threadId, userId: BOT.id, role: 'agent' as const, history: 'all' as const };
    await tell(options, `add-${threadId}`, { type: 'participant.add', input }, ACTOR);
  }
}

/** Two runners of one agent, neither of which knows of the other: each answers what was asked, or ends its run, again and again. */
async function runAgent(options: ClientOptions, name: string, isDone: () => boolean): Promise<void> {
  const { world, told } = options;
  const { random } = world;
  for (let index = 0; !isDone() && index < 60; index += 1) {
    await pause(world, random.next() * 300);
    const asked = told.flatMap(({ command, results }) =>
      command.type === 'message.post' && results[0]?.ok
        ? [results[0].resource as { id: string; threadId: string }]
        : [],
    );
    if (asked.length === 0) continue;
    const { id, threadId } = random.chance(0.7) ? asked.at(-1)! : random.pick(asked);
    await tell(options, `${name}-${index}`, deed(random.chance(0.85), threadId, id, `${name}-${index}`), BOT);
  }
}

function deed(answers: boolean, threadId: string, triggerMessageId: string, content: string): Command {
  const run = { runId: RUN, triggerMessageId };
  if (!answers) return { type: 'agent.endRun', input: { threadId, ...run, reason: 'stopped' } };
  const rest = { attachments: [], metadata: null, mentions: [] };
  return { type: 'agent.answer', input: { threadId, content, ...rest, run: { ...run, finish: 'complete' } } };
}

/** Somebody who takes conversations over and hands them back. */
async function runSupervisor(options: ClientOptions, isDone: () => boolean): Promise<void> {
  const { world, threads } = options;
  for (let index = 0; !isDone() && index < 30; index += 1) {
    await pause(world, world.random.next() * 900);
    const input = {
      threadId: world.random.pick(threads),
      agentMode: world.random.pick(['auto', 'off', 'off'] as const),
    };
    await tell(options, `mode-${index}`, { type: 'agent.mode', input }, ACTOR);
  }
}

/** Agents' commands are repeated without a key: that they are carried out once is the thread's own doing. */
async function tell(options: ClientOptions, key: string, command: Command, actor: Actor): Promise<void> {
  const entry: Told = { key, command, results: [] };
  await persist(options, entry, { actor, idempotencyKey: actor === BOT ? null : key });
  options.told.push(entry);
}

/** Sent by the agent, who was added to its threads, or by who supervises it. */
export function isOfAgent(command: Command): boolean {
  return command.type.startsWith('agent.');
}

export function isRefusalOfAgent(command: Command, code: string): boolean {
  return isOfAgent(command) && REFUSALS.has(code);
}

/** What a thread has come to, as far as agents go. */
interface Conversation {
  mode: string;
  /** Messages up to here are from before the last change of the mode. */
  before: number;
  newest: number;
  over: Set<string>;
}

/** No message of an agent while people have taken over, none to what was asked before, and one to a message at most. */
export function verifyAgents(log: readonly { event: ChatEvent }[]): string[] {
  const conversations = new Map<string, Conversation>();
  return log.flatMap(({ event }) => {
    if (event.stream_type !== 'thread') return [];
    const fresh = { mode: 'auto', before: 0, newest: 0, over: new Set<string>() };
    const at = conversations.get(event.stream_id) ?? fresh;
    conversations.set(event.stream_id, at);
    const wrong = wrongIn(at, event);
    apply(at, event);
    return wrong.map((what) => `${event.stream_id}: ${what} at ${event.stream_version}`);
  });
}

function wrongIn(at: Conversation, event: ChatEvent): string[] {
  const run = event.event_type === 'CHAT_MESSAGE_CREATED' ? event.data.run : undefined;
  if (!run) return [];
  return [
    ...(at.mode === 'off' ? ['an agent speaks after a take-over'] : []),
    ...(run.trigger_index <= at.before ? ['an answer to what was asked before a take-over'] : []),
    ...(at.over.has(run.trigger_message_id) ? ['a second answer'] : []),
  ];
}

function apply(at: Conversation, event: ChatEvent): void {
  switch (event.event_type) {
    case 'CHAT_AGENT_MODE_CHANGED':
      Object.assign(at, { mode: event.data.mode, before: at.newest });
      break;
    case 'CHAT_AGENT_RUN_ENDED':
      at.over.add(event.data.trigger_message_id);
      break;
    case 'CHAT_MESSAGE_CREATED':
      at.newest = event.data.message_index;
      if (event.data.run) at.over.add(event.data.run.trigger_message_id);
  }
}
