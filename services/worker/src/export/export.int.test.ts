import { tenantId, type Subject } from '@threadlog/events';
import type { MessageStore } from '@threadlog/read-models';
import { linesOf, profileEvents, threadStory } from '@threadlog/testing';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { givenExports, jobRun } from '../testing/exports';
import { createExportHandler } from './job';
import type { ExportedMessage } from './source/messages';
import type { ExportedMembership, ExportedThread } from './source/threads';

const acme = tenantId('acme');
const lenaAsUser: Subject = { kind: 'user', id: 'lena' };
const lena: Subject = { kind: 'learner', id: 'lena' };

interface Manifest {
  schema: string;
  files: { name: string; bytes: number; sha256: string; count: number | null; description: string }[];
}

jest.setTimeout(60_000);

describe.each(['postgres', 'mongo'] as const)('an export, with messages in %s', (kind) => {
  const { given, exported, sealing, log, made, reported, database, directory, messages } = givenExports(kind);

  beforeAll(async () => {
    const lesson = threadStory({
      threadId: 'lesson',
      owner: 'tess',
      members: ['lena'],
      learnerId: 'lena',
      title: 'Fractions',
    });
    const first = lesson.post('tess', 'What is a half?');
    const answer = lesson.post('lena', 'Two quarters', { reply_to: first, mentions: ['tess'] });
    lesson.edit(answer, 'Two quarters!');
    lesson.react('tess', answer, '👍');
    lesson.post('lena', 'My sheet', {
      message_type: 'file',
      attachments: [{ externalFileId: 'file-1', label: 'sheet.pdf', mime: 'application/pdf', bytes: 12 }],
      metadata: { page: 3 },
    });
    lesson.remove(lesson.post('lena', 'a slip of the pen'));
    const aside = threadStory({ threadId: 'lesson~aside', owner: 'tess', learnerId: 'lena', rootMessageId: first });
    aside.post('tess', 'Between us two');
    const club = threadStory({ threadId: 'club', owner: 'ben', members: ['lena'], title: 'Chess club' });
    club.post('ben', 'ben opens');
    club.post('lena', 'lena answers');
    const left = threadStory({ threadId: 'left', owner: 'ben', members: ['lena'], title: 'Seen title' });
    left.post('lena', 'before leaving');
    left.leave('lena');
    const renamed = threadStory({ threadId: 'renamed', owner: 'ben', members: ['lena'], title: 'Old title' });
    renamed.leave('lena');
    renamed.rename('Title lena never saw');
    const visited = threadStory({ threadId: 'visited', owner: 'ben', title: 'Title of strangers' });
    visited.post('lena', 'lena was here');
    const ended = threadStory({ threadId: 'ended', owner: 'lena', title: 'Ended' });
    ended.end();
    const foreign = threadStory({ threadId: 'foreign', tenant: 'other', owner: 'lena', title: 'Other tenant' });
    foreign.post('lena', 'in another tenant');
    await given(lesson, aside, club, left, renamed, visited, ended, foreign);
    for (const [userId, displayName] of [
      ['lena', 'Lena L.'],
      ['tess', 'Tess T.'],
      ['ben', 'Ben B.'],
    ] as const)
      await given({
        events: () => profileEvents(sealing, { userId, displayName, avatarUrl: 'https://example.com/a.png' }),
      });
  });

  const threadsIn = (files: Map<string, Buffer>) => linesOf<ExportedThread>(files.get('threads.ndjson'));
  const messagesIn = (files: Map<string, Buffer>) => linesOf<ExportedMessage>(files.get('messages.ndjson'));
  const everything = (files: Map<string, Buffer>) => [...files.values()].map(String).join('\n');

  test('of a user has what the person wrote, and nobody else’s text', async () => {
    const { files } = await exported(lenaAsUser);
    expect(
      messagesIn(files)
        .map(({ threadId, content }) => [threadId, content])
        .sort(),
    ).toEqual([
      ['club', 'lena answers'],
      ['left', 'before leaving'],
      ['lesson', null],
      ['lesson', 'My sheet'],
      ['lesson', 'Two quarters!'],
      ['visited', 'lena was here'],
    ]);
    const said = everything(files);
    for (const text of [
      'ben opens',
      'What is a half',
      'Between us',
      'another tenant',
      'Other tenant',
      'slip',
      'Tess T.',
      'never saw',
      'strangers',
    ])
      expect(said).not.toContain(text);
  });

  test('of a learner has the threads about it whole, sub-threads too, with everybody’s names', async () => {
    const { files } = await exported(lena);
    const found = messagesIn(files);
    expect(
      found
        .filter(({ threadId }) => threadId.startsWith('lesson'))
        .map(({ senderName, content }) => [senderName, content]),
    ).toEqual([
      ['Tess T.', 'What is a half?'],
      ['Lena L.', 'Two quarters!'],
      ['Lena L.', 'My sheet'],
      ['Lena L.', null],
      ['Tess T.', 'Between us two'],
    ]);
    expect(found.map(({ content }) => content)).toEqual(expect.arrayContaining(['lena answers', 'lena was here']));
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(everything(files)).not.toContain('ben opens');
    const [lesson] = threadsIn(files).filter(({ id }) => id === 'lesson');
    expect(lesson).toMatchObject({ part: 'about', title: 'Fractions', messageCount: 4 });
    expect(lesson!.participants).toEqual([
      expect.objectContaining({ userId: 'lena', displayName: 'Lena L.', role: 'member' }),
      expect.objectContaining({ userId: 'tess', displayName: 'Tess T.', role: 'owner' }),
    ]);
  });

  test('keeps former texts, replies, mentions, reactions, files and tombstones', async () => {
    const { files } = await exported(lenaAsUser);
    const found = messagesIn(files).filter(({ threadId }) => threadId === 'lesson');
    expect(found[0]).toMatchObject({
      senderId: 'lena',
      senderName: 'Lena L.',
      replyTo: 'lesson-m1',
      mentions: ['tess'],
      reactions: [{ emoji: '👍', userIds: ['tess'] }],
      edits: [{ edit: 0, content: 'Two quarters' }],
    });
    expect(found[1]).toMatchObject({ metadata: { page: 3 }, messageType: 'file' });
    expect(found[2]).toMatchObject({ content: null, deleteReason: 'author', edits: [], reactions: [] });
    expect(found[2]).not.toHaveProperty('erased');
    expect(linesOf(files.get('attachments.ndjson'))).toEqual([
      {
        messageId: 'lesson-m3',
        threadId: 'lesson',
        senderId: 'lena',
        sentAt: found[1]!.createdAt,
        externalFileId: 'file-1',
        label: 'sheet.pdf',
        mime: 'application/pdf',
        bytes: 12,
      },
    ]);
    expect(JSON.parse(String(files.get('profile.json')))).toMatchObject({ displayName: 'Lena L.', userId: 'lena' });
  });

  test('tells of threads what the person could see', async () => {
    const { files } = await exported(lenaAsUser);
    const shown = threadsIn(files).map(({ id, part, title, withheld }) => [id, part, title, withheld ?? false]);
    expect(shown.sort()).toEqual([
      ['club', 'member', 'Chess club', false],
      ['ended', 'member', null, false],
      ['left', 'former_member', 'Seen title', false],
      ['lesson', 'member', 'Fractions', false],
      ['lesson~aside', 'member', null, false],
      ['renamed', 'former_member', null, true],
      ['visited', 'author', null, true],
    ]);
    const memberships = linesOf<ExportedMembership>(files.get('memberships.ndjson'));
    expect(memberships.map(({ threadId, leftAt }) => [threadId, leftAt !== null]).sort()).toEqual([
      ['club', false],
      ['ended', false],
      ['left', true],
      ['lesson', false],
      ['renamed', true],
    ]);
    const deeds = linesOf<{ type: string; threadId: string }>(files.get('activity.ndjson'));
    expect(deeds.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['CHAT_THREAD_CREATED', 'CHAT_PARTICIPANT_REMOVED']),
    );
  });

  test('says what is not whole, and leaves out what nobody may see', async () => {
    const marks = (threadId: string, closed: boolean) =>
      database().query(
        `update read_1.threads set parked_offset = 1, closed_at = case when $2 then 'now' end where thread_id = $1`,
        [threadId, closed],
      );
    await marks('club', false);
    await marks('left', true);
    const { files } = await exported(lena, 'r-incomplete');
    await database().query('update read_1.threads set parked_offset = null, closed_at = null');
    expect(JSON.parse(String(files.get('manifest.json')))).toMatchObject({
      complete: false,
      incomplete: [
        { what: 'thread', threadId: 'club', reason: 'waits' },
        { what: 'thread', threadId: 'left', reason: 'closed' },
      ],
    });
    const everything = [...files]
      .filter(([name]) => name !== 'manifest.json')
      .map(([name, text]) => [name, String(text)]);
    const holding = everything.filter(([, text]) => text!.includes('Seen title')).map(([name]) => name);
    expect(holding).toEqual([]);
    const threads = linesOf<ExportedThread>(files.get('threads.ndjson')).map(({ id }) => id);
    expect(threads).toContain('club');
    expect(threads).not.toContain('left');
  });

  test('says of each file how large it is and what its hash is, and what was reported of the whole', async () => {
    const { files, zip, outcome, run } = await exported(lena, 'r-manifest');
    const manifest = JSON.parse(String(files.get('manifest.json'))) as Manifest;
    expect(manifest).toMatchObject({
      schema: 'threadlog.export.v1',
      subject: lena,
      tenant: 'acme',
      requestId: 'r-manifest',
      complete: true,
    });
    expect(manifest.files.map(({ name }) => name).sort()).toEqual(
      [...files.keys()].filter((name) => name !== 'manifest.json').sort(),
    );
    for (const { name, bytes, sha256, count, description } of manifest.files) {
      const content = files.get(name)!;
      expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([name, bytes, sha256]);
      if (name.endsWith('.ndjson')) expect([name, linesOf(content).length]).toEqual([name, count]);
      expect(description).toMatch(/\.$/);
    }
    expect(outcome).toMatchObject({
      files: files.size,
      bytes: zip!.length,
      sha256: createHash('sha256').update(zip!).digest('hex'),
      counts: { messages: 8, attachments: 1, memberships: 5 },
    });
    const lifetime = Date.parse(outcome!.expiresAt) - Date.now();
    expect(lifetime).toBeGreaterThan(71.9 * 3_600_000);
    expect(lifetime).toBeLessThanOrEqual(72 * 3_600_000);
    expect(reported()).toEqual([{ type: 'exported', ...outcome }]);
    expect(run.steps).toEqual(['projection', 'plan', 'messages', 'attachments', 'transcript']);
    expect(run.progressed.at(-1)).toEqual({ done: 8, total: 8 });
  });

  test('reports a file that is there again, and makes none again', async () => {
    const first = await exported(lena, 'r-again');
    const before = readdirSync(`${directory}/acme`);
    const second = await exported(lena, 'r-again');
    expect(second.outcome).toEqual(first.outcome);
    expect(readdirSync(`${directory}/acme`)).toEqual(before);
    expect(reported()).toEqual([expect.objectContaining(first.outcome!), expect.objectContaining(first.outcome!)]);
  });

  test('marks what no key opens any more', async () => {
    const story = threadStory({
      threadId: 'gone',
      owner: 'ida',
      members: ['max'],
      learnerId: 'mia',
      title: 'Mia’s title',
    });
    story.edit(story.post('max', 'first'), 'second');
    await given(story, { events: () => profileEvents(sealing, { userId: 'max', displayName: 'Max' }) });
    await sealing.destroy(acme, { kind: 'subject', id: 'mia' });
    const { files } = await exported({ kind: 'user', id: 'max' });
    expect(messagesIn(files)).toEqual([
      expect.objectContaining({
        content: null,
        erased: true,
        edits: [expect.objectContaining({ content: null, erased: true })],
      }),
    ]);
    expect(threadsIn(files)).toEqual([expect.objectContaining({ title: null, erased: true })]);
    await sealing.destroy(acme, { kind: 'subject', id: 'max' });
    const profile = await exported({ kind: 'user', id: 'max' }, 'r-max-2');
    expect(JSON.parse(String(profile.files.get('profile.json')))).toMatchObject({ displayName: null, erased: true });
  });

  test('of a person whom nobody knows is empty, and no error', async () => {
    const { files } = await exported({ kind: 'learner', id: 'nobody' });
    expect(messagesIn(files)).toEqual([]);
    expect(String(files.get('transcript.html'))).toContain('<tbody>');
  });

  test('of an erased person fails, and leaves no file', async () => {
    const subject: Subject = { kind: 'user', id: 'eva' };
    const request = { request_id: 'd-1', subject };
    await log(subject, [
      {
        type: 'CHAT_PRIVACY_DELETION_REQUESTED',
        data: {
          ...request,
          requested_by: 'eva',
          reason: 'subject_request',
          execute_after: '2026-01-01T00:00:00.000000Z',
        },
      },
      { type: 'CHAT_PRIVACY_DELETION_STARTED', data: request },
      { type: 'CHAT_PRIVACY_SUBJECT_ERASED', data: { ...request, keys: [], keys_total: 0 } },
    ]);
    const { zip } = await exported(subject);
    expect(zip).toBeNull();
    expect(reported()).toEqual([{ type: 'export_failed', code: 'subject_erased' }]);
  });

  test('goes when anybody whose text or name is in it is erased, and with the whole tenant', async () => {
    const { files } = made();
    await exported(lena, 'r-drop');
    await exported({ kind: 'user', id: 'ben' }, 'r-ben');
    expect(await files.countFor(acme, 'tess')).toBeGreaterThan(0);
    const withTess = await files.countFor(acme, 'tess');
    expect(await files.dropFor(acme, 'tess')).toBe(withTess);
    expect(await files.countFor(acme, 'tess')).toBe(0);
    expect(await files.ready({ tenantId: acme, requestId: 'r-drop' })).toBeNull();
    expect(await files.ready({ tenantId: acme, requestId: 'r-ben' })).not.toBeNull();
    expect(await files.dropFor(tenantId('other'), null)).toBe(0);
    expect(await files.dropFor(acme, null)).toBeGreaterThan(0);
    expect(readdirSync(`${directory}/acme`)).toEqual([]);
    expect(await files.dropFor(acme, null)).toBe(0);
  });

  test('is not finished while somebody in it is being erased, and is made again', async () => {
    const { deps, handler, files } = made();
    const run = jobRun(lena, 'r-raced');
    let calls = 0;
    const racing = {
      ...messages(),
      byKeys: async (keys: Parameters<MessageStore['byKeys']>[0]) => {
        calls += 1;
        // The last walk: whatever of tess was read by now is in the file that is being written.
        if (calls === 3) {
          expect(await files.dropFor(acme, 'tess')).toBe(0);
          expect(await files.countFor(acme, 'tess')).toBe(1);
        }
        return messages().byKeys(keys);
      },
    };
    const raced = createExportHandler({
      ...deps,
      messageStore: () => racing,
      log: { partitions: 0, head: () => Promise.resolve(0) },
    });
    await expect(raced.run(run)).rejects.toMatchObject({ name: 'ExportDropped' });
    expect(await files.countFor(acme, 'tess')).toBe(0);
    expect(readdirSync(`${directory}/acme`)).toEqual([]);
    expect(reported()).toEqual([]);
    await handler.run(run);
    expect(reported()).toEqual([expect.objectContaining({ type: 'exported' })]);
  });

  test('is swept when its time has come, with what killed writers and nobody left', async () => {
    const { sweeper, files, deps } = made();
    await deps.files.dropFor(acme, null);
    await exported(lena, 'r-expired');
    await exported(lena, 'r-stays');
    await database().query(`update threadlog.export_files set expires_at = now() where request_id = 'r-expired'`);
    const abandoned = await files.begin({ tenantId: acme, requestId: 'r-killed' });
    await database().query(
      `update threadlog.export_files set touched_at = now() - interval '1 hour' where object_name = $1`,
      [abandoned],
    );
    await deps.store.put('acme/nobodys.zip', Readable.from([Buffer.from('x')]));
    const living = await files.begin({ tenantId: acme, requestId: 'r-living' });
    await deps.store.put(living, Readable.from([Buffer.from('x')]));
    await sweeper.sweep();
    expect(await files.ready({ tenantId: acme, requestId: 'r-expired' })).toBeNull();
    expect(await files.touch(abandoned)).toBe(false);
    expect(await files.touch(living)).toBe(true);
    const left = readdirSync(`${directory}/acme`);
    expect(left.map((name) => name.split('.')[0]).sort()).toEqual(['r-living', 'r-stays']);
    await files.dropFor(acme, null);
  });
});
