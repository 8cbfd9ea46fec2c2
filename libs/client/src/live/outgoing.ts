import { AbortedError, ChatError, chatError } from '../errors.ts';
import type { Message } from '../generated/wire.ts';
import { backoffMs } from '../http/backoff.ts';
import { newKey } from '../http/keys.ts';
import type { NewMessage } from '../resources/messages.ts';

/** A message on its way: it has no place in the thread yet. */
export interface Outgoing {
  /** The client's id of it, which comes back as `clientMessageId`; its idempotency key. */
  localId: string;
  input: NewMessage;
  state: 'sending' | 'failed';
  error: ChatError | null;
  createdAt: string;
}

export interface Sending {
  localId: string;
  /** The message, once it is in the thread; rejects where it is given up. Nobody has to listen. */
  sent: Promise<Message>;
}

export interface OutgoingQueue {
  readonly entries: readonly Outgoing[];
  /** Throws a `ChatError` with `queue_full` where too many wait. */
  send(input: NewMessage): Sending;
  /** Sends one that failed again, as the same message. One that is too old for that goes as a new one. */
  retry(localId: string): Sending | null;
  /** Takes one that waits or failed away. What the server has already is not taken back. */
  discard(localId: string): void;
  /** One came by the socket, perhaps before its answer did. */
  arrived(message: Message): void;
  /** There is a connection again: no need to wait longer. */
  wake(): void;
}

export interface OutgoingDeps {
  post(input: NewMessage, options: { idempotencyKey: string; signal: AbortSignal }): Promise<Message>;
  posted(message: Message): void;
  changed(): void;
  /** Whether sending makes sense now. */
  open(): boolean;
  now(): number;
}

/** Waiting and failed ones of a thread. */
const MOST_OUTGOING = 100;
/** The server knows keys for a day; past that, sending again could say a thing twice, so the user is asked. */
const KEY_WINDOW_MS = 23 * 3_600_000;
const RETRY = { baseMs: 500, maxMs: 30_000 };

interface Entry {
  shown: Outgoing;
  at: number;
  attempts: number;
  stop: AbortController;
  outcome: PromiseWithResolvers<Message>;
}

interface Queue {
  deps: OutgoingDeps;
  entries: Entry[];
  running: Entry | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Sends one after the other, so that messages stand in the order in which they were written. */
export function createOutgoing(deps: OutgoingDeps): OutgoingQueue {
  const queue: Queue = { deps, entries: [], running: null, timer: undefined };
  let shown: readonly Outgoing[] = [];
  const changed = () => {
    shown = queue.entries.map((entry) => entry.shown);
    deps.changed();
  };
  const own: OutgoingDeps = { ...deps, changed };
  queue.deps = own;
  const find = (localId: string) => queue.entries.find((entry) => entry.shown.localId === localId);
  return {
    get entries() {
      return shown;
    },
    send(input) {
      if (queue.entries.length >= MOST_OUTGOING)
        throw new ChatError('queue_full', `${MOST_OUTGOING} messages wait already.`);
      return add(queue, input);
    },
    retry(localId) {
      const entry = find(localId);
      if (!entry || entry.shown.state !== 'failed') return null;
      queue.entries.splice(queue.entries.indexOf(entry), 1);
      return add(queue, entry.shown.input, tooOld(queue, entry) ? undefined : entry);
    },
    discard(localId) {
      const entry = find(localId);
      if (entry) remove(queue, entry, () => entry.outcome.reject(new AbortedError()));
    },
    arrived(message) {
      const entry = message.clientMessageId === null ? undefined : find(message.clientMessageId);
      if (entry) settle(queue, entry, message);
    },
    wake: () => pump(queue),
  };
}

/** @param former the entry that is tried again, under its own id. */
function add(queue: Queue, input: NewMessage, former?: Entry): Sending {
  const outcome = Promise.withResolvers<Message>();
  outcome.promise.catch(() => undefined);
  const localId = former?.shown.localId ?? newKey();
  const at = former?.at ?? queue.deps.now();
  const shown: Outgoing = { localId, input, state: 'sending', error: null, createdAt: new Date(at).toISOString() };
  queue.entries.push({ shown, at, attempts: 0, stop: new AbortController(), outcome });
  queue.deps.changed();
  pump(queue);
  return { localId, sent: outcome.promise };
}

function pump(queue: Queue): void {
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
    const options = { idempotencyKey: localId, signal: entry.stop.signal };
    const message = await queue.deps.post({ ...input, clientMessageId: localId }, options);
    if (queue.entries.includes(entry)) settle(queue, entry, message);
    else queue.deps.posted(message);
  } catch (error) {
    if (queue.entries.includes(entry)) waitMs = after(queue, entry, error);
  }
  queue.running = null;
  if (waitMs > 0) queue.timer = setTimeout(() => pump(queue), waitMs);
  else pump(queue);
}

/** How long to wait for another attempt; 0: it failed for good. */
function after(queue: Queue, entry: Entry, error: unknown): number {
  const failure = chatError(error);
  if (failure.retryable) return Math.max(failure.retryAfterMs ?? 0, backoffMs(++entry.attempts, RETRY));
  fail(queue, entry, failure);
  return 0;
}

function settle(queue: Queue, entry: Entry, message: Message): void {
  queue.deps.posted(message);
  remove(queue, entry, () => entry.outcome.resolve(message));
}

function fail(queue: Queue, entry: Entry, error: ChatError): void {
  entry.shown = { ...entry.shown, state: 'failed', error };
  entry.outcome.reject(error);
  queue.deps.changed();
}

function remove(queue: Queue, entry: Entry, end: () => void): void {
  queue.entries.splice(queue.entries.indexOf(entry), 1);
  end();
  entry.stop.abort();
  queue.deps.changed();
}

const tooOld = (queue: Queue, { at }: Entry) => queue.deps.now() - at > KEY_WINDOW_MS;
