import type { KeptMessage, OpenOutbox, Outbox, OutboxBinding, OutboxState } from '../live/outbox.ts';
import { createStore } from '../live/store.ts';
import { isOwned, wrongUser } from './owner.ts';
import type { Platform } from './platform.ts';
import { isOf, otherPages, put, remove, removeAll, takeOver, type Bounds, type Owned } from './records.ts';
import { createStorage, type Storage } from './storage.ts';

export interface OutboxDeps extends Pick<Outbox, 'tenantId' | 'userId'> {
  bounds: Bounds;
  binding: OutboxBinding;
  platform(): Platform;
}

type Reason = NonNullable<OutboxState['reason']>;

interface Open {
  deps: OutboxDeps;
  storage: Storage;
  /** One step after the other: what is asked about a message comes after it was kept. */
  last: Promise<unknown>;
  kept: Set<string>;
  /** What is in memory alone, and why. */
  unkept: Map<string, Reason>;
  /** Why nothing is kept at all. */
  broken: Reason | null;
  /** Whether the token is another user's. */
  wrong: boolean;
  /** What is looking for messages that were left. */
  adopting: Promise<void> | null;
  used: boolean;
  released: boolean;
  changed(): void;
}

/** An outbox as one client has it. */
export function openOutbox(deps: OutboxDeps): OpenOutbox {
  const open = {
    ...{ deps, last: Promise.resolve(), kept: new Set(), unkept: new Map() },
    ...{ broken: null, adopting: null, wrong: false, used: false, released: false },
  } as unknown as Open;
  const store = createStore<OutboxState>({ build: () => stateOf(open), report: () => undefined });
  open.changed = store.changed;
  open.storage = createStorage({
    platform: deps.platform,
    onEnd: () => void adopt(open),
    lost: () => lose(open),
  });
  return {
    ...{ subscribe: store.subscribe, getSnapshot: store.getSnapshot },
    adopt() {
      // Each view that opens asks for it; once for all of a moment is enough.
      open.adopting ??= adopt(open).finally(() => (open.adopting = null));
    },
    keep: (message, instead) => void next(open, () => keep(open, message, instead)),
    drop: (localId) => void next(open, () => drop(open, localId)),
    mine: (localId) => isMine(open, localId),
    clear: () => clear(open),
    release() {
      void next(open, () => open.storage.close());
      open.released = true;
    },
  };
}

function stateOf({ broken, wrong, used, unkept }: Open): OutboxState {
  const reason = broken ?? (wrong ? 'wrong_user' : (unkept.values().next().value ?? null));
  return { status: reason ? 'memory' : used ? 'kept' : 'idle', reason };
}

/** One after the other. What fails here must not end the sending, so nothing rejects: undefined is a failure. */
function next<Result>(open: Open, step: () => Promise<Result>): Promise<Result | undefined> {
  if (open.released) return Promise.resolve(undefined);
  const turn = open.last.then(step).catch(() => undefined);
  open.last = turn;
  return turn;
}

async function keep(open: Open, message: KeptMessage, instead: string | undefined): Promise<void> {
  const reason = open.broken ?? (await tryPut(open, message, instead));
  if (instead !== undefined) forget(open, instead);
  forget(open, message.localId);
  if (reason) open.unkept.set(message.localId, reason);
  else open.kept.add(message.localId);
  open.used = true;
  open.changed();
}

async function tryPut(open: Open, message: KeptMessage, instead: string | undefined): Promise<Reason | null> {
  try {
    const fits = await open.storage.run((tables, page) => put(tables, { ...ownedBy(open), page }, message, instead));
    return fits ? null : 'full';
  } catch (error) {
    return failed(open, error);
  }
}

/** Where storage is full, the next may fit; where it does not work, it is not asked again. */
function failed(open: Open, error: unknown): Reason {
  const { name } = (error ?? {}) as { name?: unknown };
  if (name === 'QuotaExceededError') return 'quota';
  open.broken = 'unavailable';
  open.changed();
  return open.broken;
}

async function drop(open: Open, localId: string): Promise<void> {
  forget(open, localId);
  open.changed();
  if (!open.broken) await open.storage.run((tables) => remove(tables, ownedBy(open), localId));
}

function forget({ kept, unkept }: Open, localId: string): void {
  kept.delete(localId);
  unkept.delete(localId);
}

/** The browser has taken away what was kept: it is in memory alone now. */
function lose(open: Open): void {
  for (const localId of open.kept) open.unkept.set(localId, 'unavailable');
  open.kept.clear();
  open.changed();
}

async function isMine(open: Open, localId: string): Promise<boolean> {
  if (!(await isOwners(open))) throw wrongUser();
  const mine = await next(open, async () => {
    if (open.broken || open.unkept.has(localId)) return true;
    return open.storage.run((tables, page) => isOf(tables, { ...ownedBy(open), page }, localId));
  });
  // Where that cannot be said: whoever sends it, sends it under the same key.
  return mine ?? true;
}

/** Rejects where there is no token. */
async function isOwners(open: Open): Promise<boolean> {
  const { deps } = open;
  const wrong = !isOwned(deps, await deps.binding.token());
  if (wrong !== open.wrong) {
    open.wrong = wrong;
    open.changed();
  }
  return !wrong;
}

/** The token first, and not in turn: what is to be kept does not wait for a token. */
async function adopt(open: Open): Promise<void> {
  const owners = await isOwners(open).catch(() => false);
  if (owners) await next(open, () => takeOverAll(open));
}

async function takeOverAll(open: Open): Promise<void> {
  if (open.broken) return;
  const { storage, deps } = open;
  try {
    const others = await storage.run((tables, page) => otherPages(tables, { ...ownedBy(open), page }));
    const ended = others.length > 0 ? await (await storage.page()).ended(others) : [];
    if (ended.length === 0) return;
    const left = await storage.run((tables, page) => takeOver(tables, { ...ownedBy(open), page }, ended));
    open.used ||= left.length > 0;
    for (const message of left) {
      open.kept.add(message.localId);
      deps.binding.restore(message);
    }
    open.changed();
  } catch (error) {
    failed(open, error);
  }
}

/** Works after the release, too: an app may close its client before it signs out. */
async function clear(open: Open): Promise<void> {
  const { storage, deps } = open;
  const erase = async () => {
    open.kept.clear();
    open.unkept.clear();
    open.changed();
    if (!deps.platform().indexedDB) return;
    await storage.run((tables) => removeAll(tables, ownedBy(open)));
    if (open.released) await storage.close();
  };
  const turn = open.last.then(erase);
  open.last = turn.catch(() => undefined);
  return turn;
}

function ownedBy({ deps }: Open): Owned {
  const owner = JSON.stringify([deps.binding.server, deps.tenantId, deps.userId]);
  return { owner, range: deps.platform().range([owner], [owner, []]), bounds: deps.bounds };
}
