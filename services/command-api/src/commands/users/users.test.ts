import type { ClearData, Draft } from '@threadlog/events';
import {
  added,
  messageDeleted,
  posted,
  removed,
  subThreadCreated,
  THREAD,
  threadCreated,
  threadDeleted,
} from '../drafts.testing';
import { ada, admin, bob, command, eve, given, teacher } from '../given.testing';

const NOW = '2026-02-01T00:00:00.000000Z';

function read(index: number, rest: Partial<ClearData<'CHAT_THREAD_READ'>> = {}): Draft {
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, read_at: NOW, ...rest };
  return { type: 'CHAT_THREAD_READ', data };
}
function preferred(changes: Omit<ClearData<'CHAT_THREAD_PREFERENCES_CHANGED'>, 'thread_id'>): Draft {
  return { type: 'CHAT_THREAD_PREFERENCES_CHANGED', data: { thread_id: THREAD, ...changes } };
}

describe('reading', () => {
  const readTo = (index: number) => command('thread.read', { messageId: `m${index}`, messageIndex: index });

  test('begins anywhere and only ever goes forward', () => {
    given().when(ada, readTo(3)).then(read(3));
    given(read(3)).when(ada, readTo(4)).then(read(4));
    given(read(3)).when(ada, readTo(3)).thenUnchanged();
    given(read(3)).when(ada, readTo(2)).thenUnchanged();
    given(read(3), read(9)).when(ada, readTo(5)).thenUnchanged();
  });

  test('is counted for each thread and each reader by itself', () => {
    given(read(7, { thread_id: 't2' }))
      .when(ada, readTo(3))
      .then(read(3));
    given(read(7)).when(bob, readTo(3)).then(read(3));
  });

  test('takes away the mark of an unread thread, also where there is nothing new', () => {
    given(read(3), preferred({ marked_unread: true }))
      .when(ada, readTo(3))
      .then(read(3));
    given(read(3), preferred({ marked_unread: true }), read(3))
      .when(ada, readTo(3))
      .thenUnchanged();
  });
});

describe('the newest message', () => {
  const ask = (threadId = THREAD) => command('thread.newest', { threadId });
  const start = [threadCreated(), posted(1, 'ada'), posted(2, 'ada')];

  test('is told as whoever asks sees the thread', () => {
    given(...start)
      .when(bob, ask())
      .thenTold({ messageId: 'm2', messageIndex: 2 });
    given(...start, messageDeleted(2))
      .when(bob, ask())
      .thenTold({ messageId: 'm2', messageIndex: 2 });
    given(threadCreated()).when(bob, ask()).thenTold({ messageId: null, messageIndex: 0 });
    // Who has come later sees nothing before somebody writes.
    given(...start, added('eve', 'member', [3, 4]))
      .when(eve, ask())
      .thenTold({ messageId: null, messageIndex: 0 });
    given(...start, added('eve', 'member', [3, 4]), posted(3, 'ada'))
      .when(eve, ask())
      .thenTold({ messageId: 'm3', messageIndex: 3 });
  });

  test('of a sub-thread is told to whom its root shows it', () => {
    const below = `${THREAD}~sub`;
    const branch = [subThreadCreated(below, 1), posted(1, 'ada', { thread_id: below, message_id: 'b1' })];
    given(...start, ...branch)
      .when(bob, ask(below))
      .thenTold({ messageId: 'b1', messageIndex: 1 });
    given(...start, added('eve', 'member', [3, 4]), ...branch)
      .when(eve, ask(below))
      .thenRefused('not_found');
  });

  test('is not told to anybody else', () => {
    given().when(bob, ask()).thenRefused('not_found');
    given(...start)
      .when(eve, ask())
      .thenRefused('not_found');
    given(...start, removed('bob'))
      .when(bob, ask())
      .thenRefused('not_found');
    given(...start, threadDeleted())
      .when(bob, ask())
      .thenRefused('not_found');
    given(...start)
      .when({ ...bob, permissions: ['chat:write'] }, ask())
      .thenRefused('forbidden');
  });
});

describe('preferences', () => {
  const prefer = (changes: object) => command('thread.preferences', changes);

  test('are told as far as they change', () => {
    given()
      .when(ada, prefer({ pinned: true, hidden: false }))
      .then(preferred({ pinned: true }));
    given(preferred({ pinned: true }))
      .when(ada, prefer({ pinned: false, markedUnread: true }))
      .then(preferred({ pinned: false, marked_unread: true }));
  });

  test('that are so already change nothing', () => {
    given()
      .when(ada, prefer({ pinned: false, mutedUntil: null }))
      .thenUnchanged();
    given(preferred({ hidden: true }))
      .when(ada, prefer({ hidden: true }))
      .thenUnchanged();
    given(read(3))
      .when(ada, prefer({ markedUnread: false }))
      .thenUnchanged();
  });

  test('mute until a moment, whatever its offset, and end before it', () => {
    const mutedUntil = '2026-03-01T10:00:00+02:00';
    given()
      .when(ada, prefer({ mutedUntil }))
      .then(preferred({ muted_until: '2026-03-01T08:00:00.000000Z' }));
    const muted = preferred({ muted_until: '2026-03-01T08:00:00.000000Z' });
    given(muted).when(ada, prefer({ mutedUntil })).thenUnchanged();
    given(muted)
      .when(ada, prefer({ mutedUntil: null }))
      .then(preferred({ muted_until: null }));
  });

  test('are each reader’s own', () => {
    given(preferred({ pinned: true }))
      .when(bob, prefer({ pinned: true }))
      .then(preferred({ pinned: true }));
  });
});

describe('profiles', () => {
  const nothing = { avatar_url: null, email: null, metadata: null };
  const synced = (user_id: string, display_name: string | null): Draft => ({
    type: 'CHAT_USER_SYNCED',
    data: { user_id, display_name, ...nothing },
  });
  const removed: Draft = { type: 'CHAT_USER_REMOVED', data: { user_id: 'lena' } };
  const sync = command('user.sync', { userId: 'lena', displayName: 'Lena' });
  const remove = command('user.remove', { userId: 'lena' });

  test('are taken over whole, as often as they come', () => {
    given().when(admin, sync).then(synced('lena', 'Lena'));
    given(synced('lena', 'Lena')).when(admin, sync).then(synced('lena', 'Lena'));
    given(synced('lena', 'Lena'))
      .when(admin, command('user.sync', { userId: 'lena' }))
      .then(synced('lena', null));
  });

  test('are removed once, and come back when they are synchronised again', () => {
    given(synced('lena', 'Lena')).when(admin, remove).then(removed);
    given(synced('lena', 'Lena'), removed).when(admin, remove).thenUnchanged();
    given(synced('lena', 'Lena'), removed).when(admin, sync).then(synced('lena', 'Lena'));
  });

  test('of nobody cannot be removed', () => {
    given().when(admin, remove).thenRefused('not_found');
    given(synced('leo', 'Leo')).when(admin, remove).thenRefused('not_found');
  });

  test.each([
    ['a user', ada],
    ['a teacher', teacher],
  ])('are not %s’s to keep', (_who, actor) => {
    given(synced('lena', 'Lena')).when(actor, sync).thenRefused('forbidden');
    given(synced('lena', 'Lena')).when(actor, remove).thenRefused('forbidden');
  });
});
