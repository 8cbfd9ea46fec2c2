import { ERASED, messageSchema, tenantId, threadSchema, type Sealed } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { MessageRow, ThreadRow, UserRow } from '../projections';
import { createProfiles } from './profiles';
import { editBlobsOf, presentEdits, presentMessage } from './message';
import { presentThread } from './thread';
import { sealedBlobsOf, type PresenterView } from './view';

const TENANT = tenantId('tenant-1');

/** A blob that says what it holds and where it belongs; opening it anywhere else throws, as the real one does. */
function blob(value: unknown, stream: string, field: string): string {
  return `v1.${Buffer.from(JSON.stringify({ value, stream, field })).toString('base64url')}`;
}
const inThread = (value: unknown, field: string) => blob(value, 'tenant-1/thread/t1', field);

function fakeOpener(erased = new Set<string>()): Opener {
  return {
    prepare: () => Promise.resolve(),
    whyNot: () => 'erased',
    open(_tenant, { sealed }: Sealed, target) {
      if (erased.has(sealed)) return undefined;
      const opened = JSON.parse(Buffer.from(sealed.slice(3), 'base64url').toString()) as Record<string, unknown>;
      if (opened.stream !== target.stream || opened.field !== target.field) throw new Error('bound to another place');
      return opened.value as never;
    },
  };
}

function view(opener = fakeOpener(), hidden: ReadonlySet<string> = new Set()): PresenterView {
  const ada = { displayName: 'Ada', avatarUrl: null };
  return { opener, profile: (id) => (id === 'ada' ? ada : undefined), viewerId: 'ada', hidden };
}

function messageRow(over: Partial<MessageRow> = {}): MessageRow {
  return {
    tenant_id: TENANT,
    thread_id: 't1',
    message_index: 3,
    message_id: 'm3',
    version: 9,
    created_version: 4,
    sender_id: 'ada',
    sender_type: 'user',
    message_type: 'text',
    content: inThread('hello', 'content'),
    metadata: null,
    attachments: null,
    reply_to: null,
    mentions: [],
    client_message_id: null,
    edit: 0,
    pinned: false,
    reactions: null,
    created_at: '2026-11-01T10:00:00.000001Z',
    updated_at: '2026-11-01T10:00:00.000001Z',
    deleted_at: null,
    delete_reason: null,
    event_id: null,
    actor_type: null,
    actor_role: null,
    posted_with: null,
    run: null,
    ...over,
  };
}

function threadRow(over: Partial<ThreadRow> = {}): ThreadRow {
  return {
    tenant_id: TENANT,
    thread_id: 't1',
    type: 'group',
    channel: 'chat',
    status: 'active',
    learner_id: null,
    title: inThread('Fractions', 'title'),
    metadata: inThread({ unit: 4 }, 'metadata'),
    parent_thread_id: null,
    root_message_id: null,
    title_by: 'ada',
    metadata_by: 'ada',
    root_version: null,
    created_by: 'ada',
    created_by_type: 'user',
    created_at: '2026-11-01T09:00:00.000000Z',
    updated_at: '2026-11-01T10:00:00.000001Z',
    version: 9,
    settings_version: 1,
    last_message_index: 5,
    last_message_id: 'm5',
    last_message_at: null,
    agent_mode: 'auto',
    agent_mode_at: null,
    agent_runs: null,
    agent_hops: null,
    deleted_count: 2,
    deleted_at: null,
    ...over,
  };
}

describe('presentMessage', () => {
  it('shows the opened text and the author', () => {
    const shown = presentMessage(messageRow({ edit: 2 }), view());
    expect(messageSchema.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({ content: 'hello', sender: { displayName: 'Ada' }, edited: true, edit: 2, seq: 9 });
  });

  it('opens attachments and metadata', () => {
    const attachments = inThread([{ externalFileId: 'f1', label: 'a.pdf' }], 'attachments');
    const shown = presentMessage(messageRow({ attachments, metadata: inThread({ a: 1 }, 'metadata') }), view());
    expect(shown.attachments).toEqual([{ externalFileId: 'f1', label: 'a.pdf' }]);
    expect(shown.metadata).toEqual({ a: 1 });
  });

  it('says [erased] where a key is gone, and leaves the rest empty', () => {
    const row = messageRow({ attachments: inThread([], 'attachments'), metadata: inThread({ a: 1 }, 'metadata') });
    const gone = new Set([row.content!, row.attachments!, row.metadata!]);
    expect(presentMessage(row, view(fakeOpener(gone)))).toMatchObject({
      content: ERASED,
      attachments: [],
      metadata: null,
    });
  });

  it('says [erased] where the text was scrubbed from the row', () => {
    expect(presentMessage(messageRow({ content: null }), view()).content).toBe(ERASED);
  });

  it('shows no text of a deleted message, even if the row still had it', () => {
    const deleted = messageRow({ deleted_at: '2026-11-01T11:00:00.000000Z' });
    expect(presentMessage(deleted, view()).content).toBeNull();
  });

  it('counts reactions, lists ten users at most and finds its own', () => {
    const users = Array.from({ length: 12 }, (_, i) => `u${i}`);
    const reactions = [
      { emoji: '👍', user_ids: users },
      { emoji: 'heart', user_ids: ['ada'] },
    ];
    expect(presentMessage(messageRow({ reactions }), view()).reactions).toEqual([
      { emoji: '👍', count: 12, userIds: users.slice(0, 10), mine: false },
      { emoji: 'heart', count: 1, userIds: ['ada'], mine: true },
    ]);
  });

  it('names the root as the conversation of a message in a sub-thread', () => {
    const row = messageRow({ thread_id: 't1~s', content: blob('hi', 'tenant-1/thread/t1~s', 'content') });
    expect(presentMessage(row, view())).toMatchObject({ threadId: 't1~s', conversationId: 't1', content: 'hi' });
  });
});

describe('presentEdits', () => {
  it('shows former texts, and one that was taken away as erased', () => {
    const place = { tenant_id: TENANT, thread_id: 't1', message_index: 1, sender_id: 'ada' };
    const rows = [
      {
        ...place,
        slot: 0,
        edit: 0,
        content: inThread('one', 'content'),
        edited_at: '2026-11-01T10:01:00.000000Z',
        version: 2,
      },
      { ...place, slot: 1, edit: 1, content: null, edited_at: '2026-11-01T10:02:00.000000Z', version: 3 },
    ];
    expect(presentEdits(rows, view())).toEqual([
      { edit: 0, content: 'one', editedAt: '2026-11-01T10:01:00.000000Z' },
      { edit: 1, content: ERASED, contentState: 'erased', editedAt: '2026-11-01T10:02:00.000000Z' },
    ]);
    expect(editBlobsOf(rows)).toEqual([{ sealed: rows[0]!.content }]);
  });
});

describe('presentThread', () => {
  it('shows the thread with its members and last message', () => {
    const participants = [
      { user_id: 'ada', role: 'owner' as const },
      { user_id: 'ben', role: 'member' as const, read_index: 2 },
    ];
    const shown = presentThread(
      { thread: threadRow(), participants, lastMessage: messageRow(), unreadCount: 1, visibleFrom: 1 },
      view(),
    );
    expect(threadSchema.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      title: 'Fractions',
      metadata: { unit: 4 },
      messageCount: 3,
      unreadCount: 1,
      participantCount: 2,
      lastMessage: { content: 'hello' },
      participants: [
        { userId: 'ada', displayName: 'Ada', readIndex: 0 },
        { userId: 'ben', displayName: null, readIndex: 2 },
      ],
    });
  });

  it('names nothing from before the viewer’s history: counts, positions, what is replied to', () => {
    const participants = [
      { user_id: 'ada', role: 'owner' as const, read_index: 2 },
      { user_id: 'ben', role: 'member' as const, read_index: 3 },
    ];
    const thread = threadRow({ last_message_index: 5, deleted_count: 2 });
    const lastMessage = messageRow({ message_index: 5, reply_to: 'm1' });
    const shown = presentThread(
      { thread, participants, lastMessage, visibleFrom: 3, hiddenDeleted: 1 },
      view(fakeOpener(), new Set(['m1'])),
    );
    expect(shown).toMatchObject({ messageCount: 2, lastMessage: { replyTo: null } });
    expect(shown.participants.map(({ readIndex }) => readIndex)).toEqual([0, 3]);
    expect(presentMessage(messageRow({ reply_to: 'm3' }), view(fakeOpener(), new Set(['m1']))).replyTo).toBe('m3');
  });

  it('shows twenty participants at most and counts all', () => {
    const participants = Array.from({ length: 25 }, (_, i) => ({ user_id: `u${i}`, role: 'member' as const }));
    const shown = presentThread({ thread: threadRow(), participants, visibleFrom: 1 }, view());
    expect(shown.participants).toHaveLength(20);
    expect(shown.participantCount).toBe(25);
  });

  it('tells an erased title from none', () => {
    const thread = threadRow();
    const erased = view(fakeOpener(new Set([thread.title!, thread.metadata!])));
    expect(presentThread({ thread, participants: [], visibleFrom: 1 }, erased)).toMatchObject({
      title: ERASED,
      metadata: null,
    });
    const scrubbed = presentThread(
      { thread: threadRow({ title: null, metadata: null }), participants: [], visibleFrom: 1 },
      view(),
    );
    expect(scrubbed).toMatchObject({ title: ERASED, titleState: 'erased', metadata: null, metadataState: 'erased' });
    const none = threadRow({ title: null, title_by: null });
    expect(presentThread({ thread: none, participants: [], visibleFrom: 1 }, view())).toEqual(
      expect.objectContaining({ title: null, metadata: { unit: 4 } }),
    );
  });

  it('tells what no key is there for from what was erased', () => {
    const thread = threadRow();
    const opener = { ...fakeOpener(new Set([thread.title!])), whyNot: () => 'key_missing' as const };
    expect(presentThread({ thread, participants: [], visibleFrom: 1 }, view(opener))).toMatchObject({
      title: '[key missing]',
      titleState: 'key_missing',
      metadata: { unit: 4 },
    });
    const row = messageRow();
    const lost = { ...fakeOpener(new Set([row.content!])), whyNot: () => 'key_missing' as const };
    const shown = presentMessage(row, view(lost));
    expect(shown).toMatchObject({ content: '[key missing]', contentState: 'key_missing' });
    expect(messageSchema.parse(shown)).toEqual(shown);
  });
});

describe('sealedBlobsOf', () => {
  it('collects what presenting opens, over rows of all kinds', () => {
    const message = messageRow({ metadata: inThread({}, 'metadata') });
    const thread = threadRow();
    const blobs = sealedBlobsOf([message, null, thread, { display_name: 'v1.a', avatar_url: null }]);
    expect(blobs.map(({ sealed }) => sealed).sort()).toEqual(
      [message.content, message.metadata, thread.title, thread.metadata, 'v1.a'].sort(),
    );
  });
});

describe('createProfiles', () => {
  const userRow = (user_id: string, name: string | null): UserRow => ({
    tenant_id: TENANT,
    user_id,
    display_name: name && blob(name, `tenant-1/user/${user_id}`, 'display_name'),
    avatar_url: null,
    email: null,
    metadata: null,
    synced_at: '2026-11-01T10:00:00.000000Z',
    removed_at: null,
    version: 1,
  });

  function given(stored: UserRow[], opener = fakeOpener()) {
    const asked: string[][] = [];
    const loadUsers = (_tenant: string, ids: readonly string[]) => {
      asked.push([...ids]);
      return Promise.resolve(stored.filter((row) => ids.includes(row.user_id)));
    };
    return { asked, stored, profiles: createProfiles({ opener, loadUsers }) };
  }

  it('asks once for each user, known or not', async () => {
    const { asked, profiles } = given([userRow('ada', 'Ada')]);
    const first = await profiles.of(TENANT, ['ada', 'nobody', 'ada']);
    await profiles.of(TENANT, ['nobody', 'ada']);
    expect(asked).toEqual([['ada', 'nobody']]);
    expect(first('ada')).toEqual({ displayName: 'Ada', avatarUrl: null });
    expect(first('nobody')).toBeUndefined();
  });

  it('keeps tenants apart', async () => {
    const { asked, profiles } = given([]);
    await profiles.of(TENANT, ['ada']);
    await profiles.of(tenantId('tenant-2'), ['ada']);
    expect(asked).toHaveLength(2);
  });

  it('shows nothing of a removed user, and reads again what was forgotten', async () => {
    const { stored, profiles } = given([userRow('ada', 'Ada')]);
    await profiles.of(TENANT, ['ada']);
    stored[0] = { ...stored[0]!, removed_at: '2026-11-02T00:00:00.000000Z' };
    profiles.forget(TENANT, 'ada');
    expect((await profiles.of(TENANT, ['ada']))('ada')).toBeUndefined();
  });

  it('remembers sealed rows: an erased key reaches what is cached', async () => {
    const row = userRow('ada', 'Ada');
    const erased = new Set<string>();
    const { profiles } = given([row], fakeOpener(erased));
    expect((await profiles.of(TENANT, ['ada']))('ada')?.displayName).toBe('Ada');
    erased.add(row.display_name!);
    expect((await profiles.of(TENANT, ['ada']))('ada')?.displayName).toBeNull();
  });
});
