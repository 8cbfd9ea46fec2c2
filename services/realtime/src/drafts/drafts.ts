import type { ChatEvent, DraftEnd, SignalOf, TenantId } from '@threadlog/events';
import { sealedKeyIds } from '@threadlog/sealing';
import { threadRoom, type RecordHead } from '../records';
import type { Subscription } from '../rooms/connection';
import type { Draft } from './draft';
import { createRegister, type DraftRegister, type RegisterDeps } from './register';
import { createAudience, type AudienceDeps } from './audience';

/** Milliseconds after which a run of which nothing is heard counts as lost; the worker speaks of each every 2 seconds. */
const SILENCE_MS = 10_000;
/** A message is in the log when its run ends, and comes soon. */
const MESSAGE_MS = 10_000;

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

export interface DraftsDeps extends RegisterDeps, Omit<AudienceDeps, 'onErased' | 'onFault'> {
  onFault(cause: unknown): void;
}

export function createDrafts(deps: DraftsDeps): Drafts {
  const { rooms, now } = deps;
  const register = createRegister(deps);
  const audience = createAudience({
    ...deps,
    onErased: (draft) => end(draft, 'stopped'),
    onFault(draft, cause) {
      deps.onFault(cause);
      register.lose(draft);
    },
  });

  function end(draft: Draft, reason: DraftEnd): void {
    register.remove(draft);
    // One that is lost may go on elsewhere.
    if (reason !== 'lost') register.bury(draft.tenantId, draft.runId);
    audience.end(draft, reason);
  }

  return {
    get size() {
      return register.size;
    },
    heard(signal) {
      const { state, reason = 'stopped', has_message: hasMessage, text } = signal.data;
      const draft = register.draftOf(signal);
      if (!draft) return;
      draft.heardAt = now();
      if (text) register.take(draft, text);
      if (state !== 'ended') draft.state = state;
      else if (!hasMessage) return end(draft, reason);
      else if (!rooms.hasAudience(draft.room)) return register.remove(draft);
      else draft.ending = { by: now() + MESSAGE_MS, reason };
      audience.inform(draft);
    },
    awaits: (head) => register.size > 0 && isOfDrafts(register, head),
    dispatched(event) {
      if (event.event_type !== 'CHAT_MESSAGE_CREATED' || !event.data.run) return;
      const { run_id: runId, finish } = event.data.run;
      const draft = register.of(event.tenant_id, runId);
      if (draft) end(draft, finish);
      else register.bury(event.tenant_id, runId);
    },
    joined(subscription) {
      for (const draft of register.inRoom(subscription.room) ?? []) {
        draft.newcomers.add(subscription);
        audience.inform(draft);
      }
    },
    erased(tenantId, keyIds) {
      for (const draft of register.all())
        if (draft.tenantId === tenantId && isOpenedBy(draft, keyIds)) end(draft, 'stopped');
    },
    sweep() {
      for (const draft of register.all()) {
        const { ending, heardAt } = draft;
        if (ending && ending.by < now()) end(draft, ending.reason);
        else if (!ending && heardAt + SILENCE_MS < now()) end(draft, 'lost');
      }
      register.sweep();
    },
  };
}

function isOfDrafts(register: DraftRegister, { tenantId, type, threadId }: RecordHead): boolean {
  if (type !== 'CHAT_MESSAGE_CREATED' || threadId === null) return false;
  return register.inRoom(threadRoom(tenantId, threadId)) !== undefined;
}

function isOpenedBy({ texts: [text] }: Draft, keyIds: readonly string[]): boolean {
  return text !== undefined && sealedKeyIds(text.content).some((id) => keyIds.includes(id));
}
