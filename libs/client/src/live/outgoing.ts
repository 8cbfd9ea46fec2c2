import { ChatError } from '../errors.ts';
import type { Message } from '../generated/wire.ts';
import { newKey } from '../http/keys.ts';
import type { NewMessage } from '../resources/messages.ts';
import type { KeptMessage } from './outbox.ts';
import {
  discard,
  enter,
  keep,
  pump,
  settle,
  tooOld,
  type Entry,
  type Outgoing,
  type OutgoingDeps,
  type Queue,
} from './outgoingQueue.ts';

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
  /** One that a page which is no more has left; sends it, unless it failed or is too old for that. */
  restore(message: KeptMessage): void;
  /** Takes all away. */
  clear(): void;
}

/** Waiting and failed ones of a thread. */
const MOST_OUTGOING = 100;

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
      return add(queue, entry.shown.input, entry);
    },
    discard(localId) {
      const entry = find(localId);
      if (entry) discard(queue, entry);
    },
    arrived(message) {
      const entry = message.clientMessageId === null ? undefined : find(message.clientMessageId);
      if (entry) settle(queue, entry, message);
    },
    wake: () => pump(queue),
    restore(message) {
      if (find(message.localId)) return;
      restore(queue, message);
      pump(queue);
    },
    clear() {
      for (const entry of [...queue.entries]) discard(queue, entry);
    },
  };
}

/** @param former the entry that is tried again: under its own id, unless it is too old for that. */
function add(queue: Queue, input: NewMessage, former?: Entry): Sending {
  const known = former && !tooOld(queue, former) ? former : null;
  const entry = enter(queue, known?.shown.localId ?? newKey(), input, known?.at ?? queue.deps.now());
  keep(queue, entry, former && !known ? former.shown.localId : undefined);
  queue.deps.changed();
  pump(queue);
  return { localId: entry.shown.localId, sent: entry.outcome.promise };
}

function restore(queue: Queue, { localId, input, at, failed }: KeptMessage): void {
  const entry = enter(queue, localId, input, at);
  // Written before what this page has written since.
  queue.entries.sort((one, other) => one.at - other.at);
  if (!failed) return queue.deps.changed();
  const { code, message, status } = failed;
  entry.shown = { ...entry.shown, state: 'failed', error: new ChatError(code, message, { status }) };
  entry.outcome.reject(entry.shown.error);
  queue.deps.changed();
}
