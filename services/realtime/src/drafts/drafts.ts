import type { ChatEvent, DraftEnd, SignalOf, TenantId } from '@threadlog/events';
import { sealedKeyIds } from '@threadlog/sealing';
import type { RealtimeLimits } from '../limits';
import { threadRoom, type RecordHead } from '../records';
import type { Subscription } from '../rooms/connection';
import { bytesOf, loseTexts, newDraft, takeText, type Draft, type DraftText } from './draft';
import { createAudience, type AudienceDeps } from './audience';

/** Milliseconds after which a run of which nothing is heard counts as lost; the worker speaks of each every 2 seconds. */
const SILENCE_MS = 10_000;
/** A message is in the log when its run ends, and comes soon. */
const MESSAGE_MS = 10_000;
/** So long it is remembered that a run is over, against what was on its way. */
const OVER_MS = 60_000;
const MAX_OVER = 20_000;

/** What agents are about to say, in the rooms of this instance. */
export interface Drafts {
  /** How many go on. */
  readonly size: number;
  /** A worker's word. */
  heard(signal: SignalOf<'AGENT_DRAFT'>): void;
  /** Whether a record, of which nobody may be told, may end a draft all the same. */
  awaits(head: RecordHead): boolean;
  /** An event was dispatched: the message that a draft has become ends it. */
  dispatched(event: ChatEvent): void;
  /** A place went live: what goes on in its room is told whole. */
  joined(subscription: Subscription): void;
  /** Lets go of what these keys open. */
  erased(tenantId: TenantId, keyIds: readonly string[]): void;
  /** Ends what nothing was heard of for long; called on a timer. */
  sweep(): void;
}

export interface DraftsDeps extends Omit<AudienceDeps, 'onErased' | 'onFault'> {
  onFault(cause: unknown): void;
  limits: Pick<RealtimeLimits, 'draftRuns' | 'draftBytes'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

export function createDrafts(deps: DraftsDeps): Drafts {
  const { rooms, limits, now } = deps;
  const drafts = new Map<string, Draft>();
  const byRoom = new Map<string, Set<Draft>>();
  /** Until when; the oldest first. */
  const over = new Map<string, number>();
  let bytes = 0;
  const audience = createAudience({ ...deps, onErased: (draft) => end(draft, 'stopped'), onFault });

  function add(draft: Draft): Draft {
    drafts.set(draft.key, draft);
    byRoom.set(draft.room, (byRoom.get(draft.room) ?? new Set()).add(draft));
    return draft;
  }

  function remove(draft: Draft): void {
    draft.isOver = true;
    loseTexts(draft);
    count(draft);
    drafts.delete(draft.key);
    const others = byRoom.get(draft.room);
    others?.delete(draft);
    if (others?.size === 0) byRoom.delete(draft.room);
  }

  function bury(key: string): void {
    over.delete(key);
    if (over.size >= MAX_OVER) over.delete(over.keys().next().value!);
    over.set(key, now() + OVER_MS);
  }

  function end(draft: Draft, reason: DraftEnd): void {
    remove(draft);
    bury(draft.key);
    audience.end(draft, reason);
  }

  /** The draft that a signal is about; null where it counts for nothing, or there are too many. */
  function draftOf(signal: SignalOf<'AGENT_DRAFT'>): Draft | null {
    const { tenant_id: tenantId, data } = signal;
    const key = keyOf(tenantId, data.run_id);
    const known = drafts.get(key);
    if (known?.attempt === data.attempt) return known;
    if (over.has(key) || data.state === 'ended' || (known && known.attempt > data.attempt)) return null;
    if (known) remove(known);
    else if (drafts.size >= limits.draftRuns) return null;
    return add(newDraft(signal, { key, room: threadRoom(tenantId, data.thread_id) }));
  }

  function count(draft: Draft): void {
    const before = draft.bytes;
    draft.bytes = bytesOf(draft);
    bytes += draft.bytes - before;
  }

  /** What does not fit is shown again when others have ended and it comes whole. */
  function take(draft: Draft, text: DraftText): void {
    takeText(draft, text);
    count(draft);
    if (bytes <= limits.draftBytes) return;
    loseTexts(draft);
    count(draft);
  }

  function onFault(draft: Draft, cause: unknown): void {
    deps.onFault(cause);
    loseTexts(draft);
    count(draft);
  }

  return {
    get size() {
      return drafts.size;
    },
    heard(signal) {
      const { state, reason = 'stopped', has_message: hasMessage, text } = signal.data;
      const draft = draftOf(signal);
      if (!draft) return;
      draft.heardAt = now();
      if (text) take(draft, text);
      if (state !== 'ended') draft.state = state;
      else if (!hasMessage) return end(draft, reason);
      else if (!rooms.hasAudience(draft.room)) return remove(draft);
      else draft.ending = { by: now() + MESSAGE_MS, reason };
      audience.inform(draft);
    },
    awaits: ({ tenantId, type, threadId }) =>
      drafts.size > 0 && type === 'CHAT_MESSAGE_CREATED' && byRoom.has(threadRoom(tenantId, threadId ?? '')),
    dispatched(event) {
      if (event.event_type !== 'CHAT_MESSAGE_CREATED' || !event.data.run) return;
      const { run_id: runId, finish } = event.data.run;
      const key = keyOf(event.tenant_id, runId);
      const draft = drafts.get(key);
      if (draft) end(draft, finish);
      else bury(key);
    },
    joined(subscription) {
      for (const draft of byRoom.get(subscription.room) ?? []) {
        draft.newcomers.add(subscription);
        audience.inform(draft);
      }
    },
    erased(tenantId, keyIds) {
      const gone = new Set(keyIds);
      for (const draft of [...drafts.values()]) {
        const [text] = draft.tenantId === tenantId ? draft.texts : [];
        if (text && sealedKeyIds(text.content).some((id) => gone.has(id))) end(draft, 'stopped');
      }
    },
    sweep() {
      for (const draft of [...drafts.values()]) {
        if (draft.ending) {
          if (draft.ending.by < now()) end(draft, draft.ending.reason);
        } else if (draft.heardAt + SILENCE_MS < now()) {
          remove(draft);
          audience.end(draft, 'lost');
        }
      }
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
