import type { Actor } from '@threadlog/auth';
import { profileEvents, foldRows, testActor, threadStory } from '@threadlog/testing';
import { givenQueryApi } from '../testing/queryApi';
import type { AuditItem, AuditPage } from './page';

describe('the audit log', () => {
  const { given, read, refused, sealing, write } = givenQueryApi();
  const admin = testActor('root', { role: 'admin' });
  const auditor = testActor('audrey', { role: 'auditor' });
  const typesOf = ({ items }: { items: AuditItem[] }): string[] => items.map(({ type }) => type);
  const audit = (query = '', actor: Actor = auditor) => read<AuditPage>(actor, `/api/v1/audit?${query}`);

  beforeAll(async () => {
    const story = threadStory({ threadId: 'talk', title: 'secret title', members: ['ben'] });
    const id = story.post('ada', 'secret text');
    story.edit(id, 'secret text, better');
    story.react('ben', id, '👍');
    story.leave('ben');
    story.remove(id);
    const ended = threadStory({ threadId: 'ended', owner: 'eve', startedAt: Date.UTC(2026, 10, 2) });
    ended.end();
    await given(story, ended, threadStory({ threadId: 'foreign', tenant: 'other' }));
    await write(foldRows(await profileEvents(sealing, { userId: 'ada', displayName: 'secret name' })));
  });

  it('tells who did what to which thread, message and user, newest first, without a word of text', async () => {
    const page = await audit('threadId=talk');
    expect(typesOf(page)).toEqual([
      'CHAT_MESSAGE_DELETED',
      'CHAT_PARTICIPANT_REMOVED',
      'CHAT_REACTION_ADDED',
      'CHAT_MESSAGE_UPDATED',
      'CHAT_MESSAGE_CREATED',
      'CHAT_THREAD_CREATED',
    ]);
    expect(page.items[3]).toMatchObject({
      at: '2026-11-01T00:00:00.003000Z',
      actor: { type: 'user', id: 'ada', role: 'user' },
      threadId: 'talk',
      messageId: 'talk-m1',
      userId: null,
      seq: 3,
      detail: { edit: 1, message_index: 1, set: ['content'] },
    });
    expect(page.items[1]).toMatchObject({ actor: { id: 'ben' }, userId: 'ben', detail: { reason: 'left' } });
    expect(JSON.stringify(await audit('limit=200'))).not.toMatch(/secret|v1\.|foreign/);
  });

  it('is filtered by actor, type and time', async () => {
    expect(typesOf(await audit('actorId=ben'))).toEqual(['CHAT_PARTICIPANT_REMOVED', 'CHAT_REACTION_ADDED']);
    expect((await audit('type=CHAT_THREAD_CREATED')).items.map(({ threadId }) => threadId)).toEqual(['ended', 'talk']);
    expect(typesOf(await audit('since=2026-11-02T00:00:00Z&actorId=eve'))).toEqual([
      'CHAT_THREAD_DELETED',
      'CHAT_THREAD_CREATED',
    ]);
    expect(typesOf(await audit('type=CHAT_USER_SYNCED'))).toEqual(['CHAT_USER_SYNCED']);
  });

  it('pages there and back', async () => {
    const all = (await audit('limit=200')).items;
    const first = await audit('limit=4');
    const second = await audit(`limit=4&cursor=${first.nextCursor}`);
    const third = await audit(`limit=4&cursor=${second.nextCursor}`);
    expect([...first.items, ...second.items, ...third.items]).toEqual(all);
    expect(third).toMatchObject({ hasMore: false, nextCursor: null });
    expect((await audit(`limit=4&cursor=${second.prevCursor}`)).items).toEqual(first.items);
  });

  it('has the events of a thread, a deleted one too', async () => {
    const events = await read<AuditPage>(admin, '/api/v1/threads/ended/events');
    expect(typesOf(events)).toEqual(['CHAT_THREAD_DELETED', 'CHAT_THREAD_CREATED']);
    const one = await read<AuditPage>(auditor, '/api/v1/threads/talk/events?limit=1');
    const rest = await read<AuditPage>(auditor, `/api/v1/threads/talk/events?cursor=${one.nextCursor}`);
    expect([...one.items, ...rest.items].map(({ seq }) => seq)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('is for administrators and auditors of the tenant alone', async () => {
    const forbidden = { status: 403, code: 'forbidden' };
    const notFound = { status: 404, code: 'not_found' };
    const teacher = testActor('tom', { role: 'teacher', learnerScope: '*' });
    for (const actor of [testActor('ada'), teacher]) expect(await refused(actor, '/api/v1/audit')).toEqual(forbidden);
    expect(await refused(testActor('ada'), '/api/v1/threads/talk/events')).toEqual(forbidden);
    expect(await refused(teacher, '/api/v1/threads/talk/events')).toEqual(notFound);
    expect(await refused(testActor('eve'), '/api/v1/threads/ended/events')).toEqual(notFound);
    const foreign = testActor('root', { tenant: 'other', role: 'admin' });
    expect(await refused(foreign, '/api/v1/threads/talk/events')).toEqual(notFound);
    expect(typesOf(await audit('', foreign))).toEqual(['CHAT_THREAD_CREATED']);
    for (const query of ['type=NOTHING', 'since=yesterday', 'limit=0', 'cursor=x', 'userId=ada']) {
      expect(await refused(admin, `/api/v1/audit?${query}`)).toEqual({ status: 400, code: 'invalid_request' });
    }
  });
});
