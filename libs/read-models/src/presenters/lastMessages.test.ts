import type { MessageKey } from '../messages/port';
import type { MessageRow } from '../projections';
import { messageRow } from '../testing/rows';
import { createLastMessages } from './lastMessages';

describe('last messages', () => {
  const stored = new Map<string, MessageRow>();
  const asked: number[] = [];
  const last = createLastMessages(() => ({
    byKeys: (keys: readonly MessageKey[]) => {
      asked.push(keys.length);
      return Promise.resolve(keys.flatMap(({ thread_id }) => stored.get(thread_id) ?? []));
    },
  }));
  const row = messageRow({ thread_id: 't', content: 'v1.one' });
  const of = async (version: number, index: number | null = 1) =>
    (await last.of([{ tenant_id: row.tenant_id, thread_id: 't', version, last_visible_index: index }])).get('t');

  it('are read once for a version of the thread', async () => {
    stored.set('t', row);
    expect(await of(2)).toEqual(row);
    expect(await of(2)).toEqual(row);
    expect(asked).toEqual([1, 0]);
  });

  it('are read again when anything in the thread has changed', async () => {
    stored.set('t', { ...row, content: 'v1.two', version: 3 });
    expect(await of(3)).toMatchObject({ content: 'v1.two' });
  });

  it('are left out where there are none, or only deleted ones by now', async () => {
    stored.set('t', { ...row, content: null, deleted_at: row.created_at });
    expect(await of(4)).toBeUndefined();
    expect(await of(4, null)).toBeUndefined();
  });
});
