import type { ThreadResource } from '@threadlog/events';
import { PARTICIPANTS_SHOWN } from '@threadlog/read-models';
import { testActor, threadStory } from '@threadlog/testing';
import { givenQueryApi } from '../testing/queryApi';

const CROWD = Array.from({ length: PARTICIPANTS_SHOWN + 4 }, (_none, at) => `user-${String(at).padStart(2, '0')}`);

/** Members of a listed thread come from one row of the thread, or from the participants where that does not know them. */
describe('members of threads', () => {
  const { given, read, database } = givenQueryApi();
  const ada = testActor('ada');

  const both = async (): Promise<ThreadResource[]> => {
    const { threads } = await read<{ threads: ThreadResource[] }>(ada, '/api/v1/threads');
    for (const thread of threads) expect(await read(ada, `/api/v1/threads/${thread.id}`)).toMatchObject(thread);
    return threads;
  };
  const namedInOneRow = async (): Promise<string[]> => {
    const { rows } = await database().query<{ id: string }>(
      'select thread_id as id from read_1.thread_members where member_ids is not null order by 1',
    );
    return rows.map(({ id }) => id);
  };

  beforeAll(async () => {
    const few = threadStory({ threadId: 'few', members: ['ben', 'cyd'] });
    few.leave('ben');
    few.appoint('cyd', 'moderator');
    few.join('dan');
    const crowd = threadStory({ threadId: 'crowd', members: CROWD });
    crowd.leave(CROWD.at(-1)!);
    const left = threadStory({ threadId: 'left', members: CROWD });
    left.leave(CROWD[0]!);
    const alone = threadStory({ threadId: 'alone' });
    await given(few, crowd, left, alone);
  });

  it('are shown in the order they joined, twenty at most, with the number of all', async () => {
    const shown = (await both()).map(({ id, participants, participantCount }) => ({
      id,
      people: participants.map(({ userId, role }) => `${userId} ${role}`),
      participantCount,
    }));
    const people = (...members: string[]) => ['ada owner', ...members.map((user) => `${user} member`)];
    expect(shown).toHaveLength(4);
    expect(shown).toEqual(
      expect.arrayContaining([
        { id: 'few', people: ['ada owner', 'cyd moderator', 'dan member'], participantCount: 3 },
        { id: 'crowd', people: people(...CROWD.slice(0, PARTICIPANTS_SHOWN - 1)), participantCount: CROWD.length },
        { id: 'left', people: people(...CROWD.slice(1, PARTICIPANTS_SHOWN)), participantCount: CROWD.length },
        { id: 'alone', people: people(), participantCount: 1 },
      ]),
    );
  });

  it('are the same where there are no such rows', async () => {
    expect(await namedInOneRow()).toEqual(['alone', 'crowd', 'few']);
    const before = await both();
    await database().query('delete from read_1.thread_members');
    expect(await both()).toEqual(before);
  });
});
