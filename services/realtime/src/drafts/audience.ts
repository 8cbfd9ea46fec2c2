import { draftPlace, rootThreadId, type DraftEnd } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import { frame, placeOf, type Frame } from '../frames';
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
  const { rooms, opener, beginnings } = deps;

  async function prepare({ tenantId, threadId, room, texts }: Draft): Promise<void> {
    const isHiddenFromSome = threadId !== rootThreadId(threadId) && rooms.hasLate(room);
    await Promise.all([
      opener.prepare(
        tenantId,
        texts.map(({ content }) => content),
      ),
      isHiddenFromSome && beginnings.prepare(tenantId, [threadId]),
    ]);
  }

  function opened(draft: Draft, text: DraftText): string | undefined {
    const { threadId: thread_id, runId: run_id, attempt } = draft;
    const value = opener.open(draft.tenantId, text.content, draftPlace({ thread_id, run_id, attempt }, text));
    return typeof value === 'string' ? value : undefined;
  }

  /** To all in the room but those who are new there. */
  function emit({ room, newcomers }: Draft, told: Frame): void {
    const except = [...newcomers].map(({ connection }) => connection.wire.id);
    rooms.emitVolatile(room, told, except, RELIABLE);
    deps.onTold();
  }

  function tellRoom(draft: Draft, texts: ReadonlyMap<DraftText, string>): void {
    if (draft.state !== draft.told.state) emit(draft, runFrame(draft));
    for (const [{ n, op }, text] of texts) if (n > draft.told.n) emit(draft, textFrame(draft, { n, op, text }));
  }

  function tellNewcomers(draft: Draft, texts: ReadonlyMap<DraftText, string>): void {
    const { n, threadId, newcomers } = draft;
    for (const subscription of newcomers) {
      if (subscription.state !== 'live' || rooms.hides(subscription, { threadId, messageIndex: null })) continue;
      const { wire } = subscription.connection;
      wire.emit(runFrame(draft));
      if (n) wire.emit(textFrame(draft, { n, op: 'replace', text: [...texts.values()].join('') }));
    }
    newcomers.clear();
  }

  async function turn(draft: Draft): Promise<void> {
    if (rooms.hasAudience(draft.room)) {
      await prepare(draft);
      if (draft.isOver) return;
      const texts = new Map<DraftText, string>();
      for (const text of draft.texts) {
        const value = opened(draft, text);
        if (value === undefined) return deps.onErased(draft);
        texts.set(text, value);
      }
      tellRoom(draft, texts);
      if (draft.n !== null) tellNewcomers(draft, texts);
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

function runFrame({ threadId, runId, agentId, state }: Draft, reason?: DraftEnd): Frame {
  return frame('agent:run', { ...placeOf(threadId), runId, agentId, state, ...(reason && { reason }) });
}

function textFrame({ threadId, runId }: Draft, text: { n: number; op: 'append' | 'replace'; text: string }): Frame {
  return frame('agent:text', { ...placeOf(threadId), runId, ...text });
}
