import type { ChatEvent, TenantId } from '@threadlog/events';
import { messageIdOf } from '@threadlog/read-models';
import { messageName } from '../presenters/withdrawn';
import type { SyncReader } from './reader';

/** Messages asked for in one statement. */
const MOST_ASKED = 1_000;

/**
 * Which of the messages that events would show are deleted by now, as the read model knows: it may be ahead of what is
 * dispatched here. What many ask for in one turn of the event loop is one question.
 */
export interface Withdrawals {
  /** Names of deleted messages, as `messageName` makes them. Rejects while the read model is away. */
  among(tenantId: TenantId, events: readonly ChatEvent[]): Promise<ReadonlySet<string>>;
}

interface Place {
  threadId: string;
  messageIndex: number;
}

interface Question {
  /** By message name. */
  places: Map<string, Place>;
  answer: PromiseWithResolvers<ReadonlySet<string>>;
}

export function createWithdrawals(reader: Pick<SyncReader, 'deletedAmong'>): Withdrawals {
  const open = new Map<TenantId, Question>();

  function questionOf(tenantId: TenantId): Question {
    const known = open.get(tenantId);
    if (known && known.places.size < MOST_ASKED) return known;
    const question: Question = { places: new Map(), answer: Promise.withResolvers() };
    open.set(tenantId, question);
    setImmediate(() => {
      if (open.get(tenantId) === question) open.delete(tenantId);
      ask(reader, tenantId, question).then(question.answer.resolve, question.answer.reject);
    });
    return question;
  }

  return {
    among(tenantId, events) {
      const shown = events.filter(({ event_type }) => WITH_TEXT.has(event_type));
      if (shown.length === 0) return Promise.resolve(NONE);
      const question = questionOf(tenantId);
      for (const event of shown) {
        const { message_index: messageIndex } = event.data as { message_index: number };
        const place = { threadId: event.stream_id, messageIndex };
        question.places.set(messageName(event.stream_id, messageIdOf(event)!), place);
      }
      return question.answer.promise;
    },
  };
}

async function ask(
  reader: Pick<SyncReader, 'deletedAmong'>,
  tenantId: TenantId,
  { places }: Question,
): Promise<ReadonlySet<string>> {
  const placeOf = ({ threadId, messageIndex }: Place) => `${threadId}/${messageIndex}`;
  const deleted = new Set((await reader.deletedAmong(tenantId, [...places.values()])).map(placeOf));
  return new Set([...places].flatMap(([name, place]) => (deleted.has(placeOf(place)) ? [name] : [])));
}

const NONE: ReadonlySet<string> = new Set();
const WITH_TEXT: ReadonlySet<string> = new Set(['CHAT_MESSAGE_CREATED', 'CHAT_MESSAGE_UPDATED']);
