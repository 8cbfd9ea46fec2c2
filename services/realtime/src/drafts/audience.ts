import { draftPlace, rootThreadId, type DraftEnd } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import { frame, placeOf, type Frame } from '../frames';
import type { Subscription } from '../rooms/connection';
import type { Rooms } from '../rooms/rooms';
import type { Beginnings } from '../sync/beginnings';
import { isDue, type Draft, type DraftText } from './draft';

/** Frames that nobody may miss in their row: a socket that cannot take them is suspended like any slow one. */
const RELIABLE = { volatile: false };

export interface AudienceDeps {
  rooms: Pick<Rooms, 'hasAudience' | 'hasLate' | 'hides' | 'emitVolatile'>;
  opener: Opener;
  beginnings: Pick<Beginnings, 'prepare'>;
  /** Its text can be read by nobody any more. */
  onErased(draft: Draft): void;
  onTold(): void;
  /** What there is of it cannot be opened now. */
  onFault(draft: Draft, cause: unknown): void;
}

export interface Audience {
  /** Tells what is due, one turn after the other; never rejects. */
  inform(draft: Draft): void;
  /** Tells who knows of the run that it is over. */
  end(draft: Draft, reason: DraftEnd): void;
}

/**
 * Tells rooms of drafts. Keys are waited for; then everything is told in one turn, to whoever may see the message that will
 * come: who is in the room, but those who came late for sub-threads from before. Who has just come gets it whole.
 */
export function createAudience(deps: AudienceDeps): Audience {
  const { rooms } = deps;

  /** To all in the room but those who are new there. */
  function emit({ room, newcomers }: Draft, told: Frame): void {
    const except = [...newcomers].map(({ connection }) => connection.wire.id);
    rooms.emitVolatile(room, told, except, RELIABLE);
    deps.onTold();
  }

  function tellRoom(draft: Draft, texts: Opened): void {
    if (draft.state !== draft.told.state) emit(draft, runFrame(draft));
    for (const [{ n, op }, text] of texts) if (n > draft.told.n) emit(draft, textFrame(draft, { n, op, text }));
  }

  function tellNewcomers(draft: Draft, texts: Opened, newcomers: readonly Subscription[]): void {
    const { n, threadId } = draft;
    for (const subscription of newcomers) {
      draft.newcomers.delete(subscription);
      if (subscription.state !== 'live' || rooms.hides(subscription, { threadId, messageIndex: null })) continue;
      const { wire } = subscription.connection;
      wire.emit(runFrame(draft));
      if (n) wire.emit(textFrame(draft, { n, op: 'replace', text: [...texts.values()].join('') }));
    }
  }

  async function turn(draft: Draft): Promise<void> {
    if (rooms.hasAudience(draft.room)) {
      // Who comes while keys are waited for has the next turn.
      const newcomers = [...draft.newcomers];
      await prepare(deps, draft);
      if (draft.isOver) return;
      const texts = openedOf(deps, draft);
      if (!texts) return deps.onErased(draft);
      tellRoom(draft, texts);
      if (draft.n !== null) tellNewcomers(draft, texts, newcomers);
    } else draft.newcomers.clear();
    draft.told = { state: draft.state, n: draft.n ?? draft.told.n };
  }

  async function tellAll(draft: Draft): Promise<void> {
    draft.isTelling = true;
    while (isDue(draft)) {
      await turn(draft).catch((cause: unknown) => {
        draft.told.state = draft.state;
        deps.onFault(draft, cause);
      });
    }
    draft.isTelling = false;
  }

  return {
    inform: (draft) => void (draft.isTelling || tellAll(draft)),
    end(draft, reason) {
      if (draft.told.state !== null) emit(draft, runFrame({ ...draft, state: 'ended' }, reason));
    },
  };
}

type Opened = ReadonlyMap<DraftText, string>;

/** Keys, and where a sub-thread begins, where that hides it from somebody. */
async function prepare({ rooms, opener, beginnings }: AudienceDeps, draft: Draft): Promise<void> {
  const { tenantId, threadId, room, texts } = draft;
  const isHiddenFromSome = threadId !== rootThreadId(threadId) && rooms.hasLate(room);
  await Promise.all([
    opener.prepare(
      tenantId,
      texts.map(({ content }) => content),
    ),
    isHiddenFromSome && beginnings.prepare(tenantId, [threadId]),
  ]);
}

/** Null where a key is gone for ever. Throws where one is not at hand, and where a text is not what was sealed. */
function openedOf({ opener }: AudienceDeps, { tenantId, threadId, runId, attempt, texts }: Draft): Opened | null {
  const run = { thread_id: threadId, run_id: runId, attempt };
  const opened = new Map<DraftText, string>();
  for (const text of texts) {
    const value = opener.open(tenantId, text.content, draftPlace(run, text));
    if (typeof value !== 'string') return null;
    opened.set(text, value);
  }
  return opened;
}

function runFrame({ threadId, runId, agentId, state }: Draft, reason?: DraftEnd): Frame {
  return frame('agent:run', { ...placeOf(threadId), runId, agentId, state, ...(reason && { reason }) });
}

function textFrame({ threadId, runId }: Draft, text: { n: number; op: 'append' | 'replace'; text: string }): Frame {
  return frame('agent:text', { ...placeOf(threadId), runId, ...text });
}
