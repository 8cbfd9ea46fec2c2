import { AbortedError, ChatError, chatError } from '../errors.ts';
import type { Message } from '../generated/wire.ts';
import { backoffMs } from '../http/backoff.ts';
import type { NewMessage } from '../resources/messages.ts';
import type { OpenOutbox } from './outbox.ts';

/** A message on its way: it has no place in the thread yet. */
export interface Outgoing {
  /** The client's id of it, which comes back as `clientMessageId`; its idempotency key. */
  localId: string;
  input: NewMessage;
  state: 'sending' | 'failed';
  error: ChatError | null;
  createdAt: string;
}

export interface OutgoingDeps {
  threadId: string;
  /** Where they are kept beyond this page, if anywhere. */
  outbox?: Pick<OpenOutbox, 'keep' | 'drop' | 'mine'>;
  post(input: NewMessage, options: { idempotencyKey: string; signal: AbortSignal }): Promise<Message>;
  posted(message: Message): void;
  changed(): void;
  /** Whether sending makes sense now. */
  open(): boolean;
  now(): number;
}

/** The server knows keys for a day; past that, sending again could say a thing twice, so the user is asked. */
const KEY_WINDOW_MS = 23 * 3_600_000;
/** A clock that was set back by more says nothing of how long something waited. */
const CLOCK_BACK_MS = 3_600_000;
const RETRY = { baseMs: 500, maxMs: 30_000 };

export interface Entry {
  shown: Outgoing;
  at: number;
  attempts: number;
  stop: AbortController;
  outcome: PromiseWithResolvers<Message>;
}

export interface Queue {
  deps: OutgoingDeps;
  entries: Entry[];
  running: Entry | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function enter(queue: Queue, localId: string, input: NewMessage, at: number): Entry {
  const outcome = outcomeOf();
  outcome.promise.catch(() => undefined);
  const shown: Outgoing = { localId, input, state: 'sending', error: null, createdAt: new Date(at).toISOString() };
  const entry = { shown, at, attempts: 0, stop: new AbortController(), outcome };
  queue.entries.push(entry);
  return entry;
}

/** `Promise.withResolvers`, which Node has from 22 on. */
function outcomeOf(): PromiseWithResolvers<Message> {
  const outcome = {} as PromiseWithResolvers<Message>;
  outcome.promise = new Promise((resolve, reject) => Object.assign(outcome, { resolve, reject }));
  return outcome;
}

export function keep({ deps }: Queue, { shown: { localId, input, error }, at }: Entry, instead?: string): void {
  const failed = error && { code: error.code, message: error.message, status: error.status };
  deps.outbox?.keep({ localId, threadId: deps.threadId, input, at, failed }, instead);
}

export function discard(queue: Queue, entry: Entry): void {
  queue.deps.outbox?.drop(entry.shown.localId);
  remove(queue, entry, () => entry.outcome.reject(new AbortedError()));
}

export function pump(queue: Queue): void {
  clearTimeout(queue.timer);
  if (queue.running || !queue.deps.open()) return;
  const entry = queue.entries.find(({ shown }) => shown.state === 'sending');
  if (!entry) return;
  if (tooOld(queue, entry)) {
    fail(queue, entry, new ChatError('expired', 'It waited too long to be sent without being asked for.'));
    return pump(queue);
  }
  queue.running = entry;
  void attempt(queue, entry);
}

async function attempt(queue: Queue, entry: Entry): Promise<void> {
  const { localId, input } = entry.shown;
  let waitMs = 0;
  try {
    if (await mayGo(queue, entry)) {
      const options = { idempotencyKey: localId, signal: entry.stop.signal };
      const message = await queue.deps.post({ ...input, clientMessageId: localId }, options);
      if (queue.entries.includes(entry)) settle(queue, entry, message);
      else queue.deps.posted(message);
    }
  } catch (error) {
    if (queue.entries.includes(entry)) waitMs = after(queue, entry, error);
  }
  queue.running = null;
  if (waitMs > 0) queue.timer = setTimeout(() => pump(queue), waitMs);
  else pump(queue);
}

/** Whether this page is to send it, now: another one may have sent, discarded or taken it over. */
async function mayGo(queue: Queue, entry: Entry): Promise<boolean> {
  const { outbox, open } = queue.deps;
  if (!outbox) return true;
  const mine = await outbox.mine(entry.shown.localId);
  if (!queue.entries.includes(entry)) return false;
  if (mine) return open();
  const elsewhere = new ChatError('elsewhere', 'Another page has sent or discarded it.');
  remove(queue, entry, () => entry.outcome.reject(elsewhere));
  return false;
}

/** How long to wait for another attempt; 0: it failed for good. */
function after(queue: Queue, entry: Entry, error: unknown): number {
  const failure = chatError(error);
  if (failure.retryable) return Math.max(failure.retryAfterMs ?? 0, backoffMs(++entry.attempts, RETRY));
  fail(queue, entry, failure);
  return 0;
}

export function settle(queue: Queue, entry: Entry, message: Message): void {
  queue.deps.outbox?.drop(entry.shown.localId);
  queue.deps.posted(message);
  remove(queue, entry, () => entry.outcome.resolve(message));
}

function fail(queue: Queue, entry: Entry, error: ChatError): void {
  entry.shown = { ...entry.shown, state: 'failed', error };
  keep(queue, entry);
  entry.outcome.reject(error);
  queue.deps.changed();
}

function remove(queue: Queue, entry: Entry, end: () => void): void {
  queue.entries.splice(queue.entries.indexOf(entry), 1);
  end();
  entry.stop.abort();
  queue.deps.changed();
}

export function tooOld({ deps }: Queue, { at }: Entry): boolean {
  const age = deps.now() - at;
  return age > KEY_WINDOW_MS || age < -CLOCK_BACK_MS;
}
