import type { Draft } from '@threadlog/events';
import { messageDeleted, posted, statusChanged, threadCreated, threadDeleted } from '../drafts.testing';
import { actor, admin, command, given } from '../given.testing';

const worker = actor('worker', { type: 'system', role: 'admin', learnerScope: '*' });
const scrub = (...messageIds: string[]) => command('thread.scrub', { messageIds, reason: 'privacy' });
const deleted = (index: number) => ({
  type: 'CHAT_MESSAGE_DELETED' as const,
  data: { thread_id: 't1', message_id: `m${index}`, message_index: index, reason: 'privacy' as const },
});

describe('scrubbing', () => {
  test('deletes what is there and leaves out what is not', () => {
    given(threadCreated(), posted(1, 'ada'), posted(2, 'bob'), posted(3, 'ada'), messageDeleted(3))
      .when(worker, scrub('m1', 'm3', 'nobody', 'm2'))
      .then(deleted(1), deleted(2));
    given(threadCreated(), posted(1, 'ada'), messageDeleted(1)).when(worker, scrub('m1')).thenUnchanged();
  });

  test('reaches deleted threads too', () => {
    given(threadCreated(), posted(1, 'ada'), threadDeleted()).when(worker, scrub('m1')).then(deleted(1));
  });

  test('is for the worker alone', () => {
    given(threadCreated(), posted(1, 'ada')).when(admin, scrub('m1')).thenRefused('forbidden');
    given(threadCreated())
      .when(admin, command('thread.erase', { reason: 'privacy' }))
      .thenRefused('forbidden');
  });
});

describe('scrubbing title and metadata', () => {
  const scrub = (authorId: string) => command('thread.scrubSettings', { authorId });
  const gone = (...fields: ('title' | 'metadata')[]) => ({
    type: 'CHAT_THREAD_UPDATED' as const,
    data: { thread_id: 't1', ...Object.fromEntries(fields.map((field) => [field, null])), reason: 'privacy' as const },
  });
  const written = () => threadCreated({ title: 'by ada', metadata: { by: 'ada' } });
  const titled = (title: string | null): Draft => ({ type: 'CHAT_THREAD_UPDATED', data: { thread_id: 't1', title } });

  test('takes away what the person wrote last, and nothing of others', () => {
    given(written()).when(worker, scrub('ada')).then(gone('title', 'metadata'));
    given(written()).when(worker, scrub('bob')).thenUnchanged();
    given(written(), titled(null)).when(worker, scrub('ada')).then(gone('metadata'));
  });

  test('is done once, and in closed threads too', () => {
    given(written(), gone('title', 'metadata')).when(worker, scrub('ada')).thenUnchanged();
    given(written(), statusChanged('archived')).when(worker, scrub('ada')).then(gone('title', 'metadata'));
    given(written(), threadDeleted()).when(worker, scrub('ada')).thenUnchanged();
    given().when(worker, scrub('ada')).thenRefused('not_found');
    given(written()).when(admin, scrub('ada')).thenRefused('forbidden');
  });
});

test('a thread is erased once', () => {
  const erase = command('thread.erase', { reason: 'privacy' });
  given(threadCreated())
    .when(worker, erase)
    .then({ type: 'CHAT_THREAD_DELETED', data: { thread_id: 't1', reason: 'privacy' } });
  given(threadCreated(), threadDeleted()).when(worker, erase).thenUnchanged();
  given().when(worker, erase).thenRefused('not_found');
});
