import type { SignalOf, TenantId } from '@threadlog/events';
import type { RealtimeLimits } from '../limits';
import { threadRoom } from '../records';
import { bytesOf, loseTexts, newDraft, takeText, type Draft, type DraftText } from './draft';

/** So long it is remembered that a run is over, against what was on its way. */
const OVER_MS = 60_000;
const MAX_OVER = 20_000;

/** The drafts of an instance, within its limits, and which runs are over. */
export interface DraftRegister {
  readonly size: number;
  all(): Draft[];
  of(tenantId: TenantId, runId: string): Draft | undefined;
  inRoom(room: string): ReadonlySet<Draft> | undefined;
  /** The draft that a signal is about; null where it counts for nothing, or there are too many. */
  draftOf(signal: SignalOf<'AGENT_DRAFT'>): Draft | null;
  /** What does not fit is shown again when others have ended and it comes whole. */
  take(draft: Draft, text: DraftText): void;
  lose(draft: Draft): void;
  remove(draft: Draft): void;
  /** Nothing of the run counts any more. */
  bury(tenantId: TenantId, runId: string): void;
  /** Forgets runs that are over for long. */
  sweep(): void;
}

export interface RegisterDeps {
  limits: Pick<RealtimeLimits, 'draftRuns' | 'draftBytes'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

export function createRegister({ limits, now }: RegisterDeps): DraftRegister {
  const drafts = new Map<string, Draft>();
  const byRoom = new Map<string, Set<Draft>>();
  const over = createOver(now);
  let bytes = 0;

  function add(draft: Draft): Draft {
    drafts.set(keyOf(draft.tenantId, draft.runId), draft);
    byRoom.set(draft.room, (byRoom.get(draft.room) ?? new Set()).add(draft));
    return draft;
  }

  function count(draft: Draft): void {
    const before = draft.bytes;
    draft.bytes = bytesOf(draft);
    bytes += draft.bytes - before;
  }

  function lose(draft: Draft): void {
    loseTexts(draft);
    count(draft);
  }

  function remove(draft: Draft): void {
    draft.isOver = true;
    lose(draft);
    drafts.delete(keyOf(draft.tenantId, draft.runId));
    const others = byRoom.get(draft.room);
    others?.delete(draft);
    if (others?.size === 0) byRoom.delete(draft.room);
  }

  return {
    get size() {
      return drafts.size;
    },
    all: () => [...drafts.values()],
    of: (tenantId, runId) => drafts.get(keyOf(tenantId, runId)),
    inRoom: (room) => byRoom.get(room),
    draftOf(signal) {
      const { tenant_id: tenantId, data } = signal;
      const key = keyOf(tenantId, data.run_id);
      const known = drafts.get(key);
      if (known?.attempt === data.attempt) return known;
      if (over.has(key) || data.state === 'ended' || (known && known.attempt > data.attempt)) return null;
      if (known) remove(known);
      else if (drafts.size >= limits.draftRuns) return null;
      return add(newDraft(signal, threadRoom(tenantId, data.thread_id)));
    },
    take(draft, text) {
      takeText(draft, text);
      count(draft);
      if (bytes > limits.draftBytes) lose(draft);
    },
    lose,
    remove,
    bury: (tenantId, runId) => over.add(keyOf(tenantId, runId)),
    sweep: over.sweep,
  };
}

/** Runs that are over: until when that is remembered, the oldest first. */
function createOver(now: () => number) {
  const over = new Map<string, number>();
  return {
    has: (key: string) => over.has(key),
    add(key: string): void {
      over.delete(key);
      if (over.size >= MAX_OVER) over.delete(over.keys().next().value!);
      over.set(key, now() + OVER_MS);
    },
    sweep(): void {
      for (const [key, until] of over) {
        if (until > now()) break;
        over.delete(key);
      }
    },
  };
}

function keyOf(tenantId: TenantId, runId: string): string {
  return `${tenantId}/${runId}`;
}
