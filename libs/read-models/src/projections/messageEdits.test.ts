import { historyOf } from '@threadlog/testing';
import type { MessageEditRow, MessageRow } from './index';
import { foldMessage } from './messages';
import { foldMessageEdit, KEPT_EDITS, messageEditsOf } from './messageEdits';

const place = { thread_id: 't', message_id: 'm', message_index: 1 };
const created = {
  type: 'CHAT_MESSAGE_CREATED' as const,
  data: {
    ...{ ...place, sender_id: 'ada', sender_type: 'user' as const, message_type: 'text' as const, content: 'text 0' },
    ...{ metadata: null, attachments: null, reply_to: null, mentions: [], client_message_id: null },
  },
};
const edited = (edit: number) => ({
  type: 'CHAT_MESSAGE_UPDATED' as const,
  data: { ...place, content: `text ${edit}`, edit },
});
const deleted = {
  type: 'CHAT_MESSAGE_DELETED' as const,
  data: { ...place, reason: 'author' as const },
};

/** All rows after a history, and how many were written for each event. */
function folded(drafts: Parameters<typeof historyOf>[0]) {
  let message: MessageRow | null = null;
  const rows = new Map<number, MessageEditRow>();
  const written: number[] = [];
  const texts: (string | null)[] = [];
  for (const event of historyOf(drafts, { streamId: 't' })) {
    let changed = 0;
    for (const key of messageEditsOf(event)) {
      const row = foldMessageEdit(rows.get(key.slot) ?? null, event, { message, key });
      if (row && row !== rows.get(key.slot)) changed += 1;
      if (row) rows.set(key.slot, row);
    }
    texts.push(message?.content ?? null);
    written.push(changed);
    message = foldMessage(message, event);
  }
  return { rows: [...rows.values()].toSorted((one, other) => one.edit - other.edit), written, texts, message };
}

const edits = (count: number) => Array.from({ length: count }, (_, at) => edited(at + 1));

describe('former texts', () => {
  it('are a row for each edit: what stood there before it', () => {
    const { rows, written, texts } = folded([created, ...edits(3)]);
    expect(rows.map(({ edit, content, sender_id, version }) => [edit, content, sender_id, version])).toEqual([
      [0, texts[1], 'ada', 2],
      [1, texts[2], 'ada', 3],
      [2, texts[3], 'ada', 4],
    ]);
    expect(written).toEqual([0, 1, 1, 1]);
  });

  it('of a log of a former build with a thousand edits are the newest, and each edit writes one row', () => {
    const { rows, written, message } = folded([created, ...edits(1_000)]);
    expect(rows.map(({ edit }) => edit)).toEqual(
      Array.from({ length: KEPT_EDITS }, (_, at) => 1_000 - KEPT_EDITS + at),
    );
    expect(Math.max(...written)).toBe(1);
    expect(JSON.stringify(message).length).toBeLessThan(1_000);
  });

  it.each([1, 99, 100, 101, 250])('are all taken away with a message that was edited %i times', (count) => {
    const { rows, written } = folded([created, ...edits(count), deleted]);
    const kept = Math.min(count, KEPT_EDITS);
    expect(rows.map(({ edit }) => edit)).toEqual(Array.from({ length: kept }, (_, at) => count - kept + at));
    expect(rows.every(({ content, version }) => content === null && version === count + 2)).toBe(true);
    expect(written.at(-1)).toBe(kept);
  });

  it('are none of a message that was never edited, or is not there', () => {
    expect(folded([created, deleted]).rows).toEqual([]);
    expect(folded([edited(1)]).rows).toEqual([]);
  });
});
