import fc from 'fast-check';
import type { ChatEvent, ParticipantRole } from '@threadlog/events';
import { memorySealing, threadStory, type ThreadStory } from '@threadlog/testing';
import type { ParticipantRow, ThreadMembersRow } from './index';
import { foldParticipant, participantsOf } from './participants';
import { foldThreadMembers, PARTICIPANTS_SHOWN, membersNamed } from './threadMembers';

const ROLES: ParticipantRole[] = ['owner', 'moderator', 'member'];
const PEOPLE = Array.from({ length: PARTICIPANTS_SHOWN + 6 }, (_none, at) => `user-${at}`);

const rowOf = (events: readonly ChatEvent[]): ThreadMembersRow | null =>
  events.reduce<ThreadMembersRow | null>((row, event) => foldThreadMembers(row, event), null);

/** Those who take part after these events, in the order they joined: by the participants' own rows. */
function membersOf(events: readonly ChatEvent[]): { user_id: string; role: ParticipantRole }[] {
  const rows = new Map<string, ParticipantRow | null>();
  for (const event of events)
    for (const user of participantsOf(event))
      rows.set(user, foldParticipant(rows.get(user) ?? null, event, user, null));
  return [...rows.values()]
    .filter((row): row is ParticipantRow => row !== null && row.removed_at === null)
    .sort((a, b) => (a.joined_at + a.user_id < b.joined_at + b.user_id ? -1 : 1))
    .map(({ user_id, role }) => ({ user_id, role }));
}

type Step = readonly [who: number, role: ParticipantRole, post: boolean];

/** Whoever is out comes in; whoever is in gets another role or leaves. */
function play(story: ThreadStory, members: readonly string[], steps: readonly Step[]): void {
  const roles = new Map<string, ParticipantRole>(members.map((user) => [user, 'member']));
  for (const [who, role, post] of steps) {
    const user = PEOPLE[who]!;
    if (!roles.has(user)) story.join(user, { role });
    else if (roles.get(user) === role) story.leave(user);
    else story.appoint(user, role);
    if (roles.get(user) === role) roles.delete(user);
    else roles.set(user, role);
    if (post) story.post('user-0', 'hello');
  }
}

describe('the members of a thread in one row', () => {
  const sealing = memorySealing();

  test('names the first who joined, or says that it does not know; it always knows how many there are', async () => {
    const step = fc.tuple(fc.nat(PEOPLE.length - 1), fc.constantFrom(...ROLES), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.subarray(PEOPLE), fc.array(step, { maxLength: 40 }), async (members, steps) => {
        const story = threadStory({ threadId: 't1', owner: 'ada', members });
        play(story, members, steps);
        const events = await story.events(sealing);
        let most = 0;
        for (let n = 1; n <= events.length; n++) {
          const row = rowOf(events.slice(0, n))!;
          const there = membersOf(events.slice(0, n));
          most = Math.max(most, there.length);
          expect(row.participant_count).toBe(there.length);
          const shown = membersNamed(row);
          if (shown === null) expect(most).toBeGreaterThan(PARTICIPANTS_SHOWN);
          else expect(shown).toEqual(there.slice(0, PARTICIPANTS_SHOWN));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is the same when events come twice', async () => {
    const story = threadStory({ threadId: 't1', owner: 'ada', members: ['ben', 'cyd'] });
    story.join('dan');
    story.leave('ben');
    story.appoint('cyd', 'moderator');
    const events = await story.events(sealing);
    const twice = events.flatMap((_event, n) => events.slice(0, n + 1));
    expect(rowOf(twice)).toEqual(rowOf(events));
    expect(membersNamed(rowOf(events)!)).toEqual([
      { user_id: 'ada', role: 'owner' },
      { user_id: 'cyd', role: 'moderator' },
      { user_id: 'dan', role: 'member' },
    ]);
  });

  test('knows all the time who is shown of a crowd, as long as those stay', async () => {
    const story = threadStory({ threadId: 't1', owner: 'ada', members: PEOPLE.slice(0, 10) });
    for (const user of PEOPLE.slice(10)) story.join(user);
    story.leave(PEOPLE.at(-1)!);
    const before = rowOf(await story.events(sealing))!;
    expect(membersNamed(before)).toHaveLength(PARTICIPANTS_SHOWN);
    story.leave('user-0');
    expect(rowOf(await story.events(sealing))).toMatchObject({
      member_ids: null,
      member_roles: null,
      participant_count: before.participant_count - 1,
    });
  });

  test('is empty when everybody has left, and belongs to roots only', async () => {
    const story = threadStory({ threadId: 't1', owner: 'ada' });
    story.leave('ada');
    expect(rowOf(await story.events(sealing))).toMatchObject({ member_ids: '', participant_count: 0 });
    const sub = threadStory({ threadId: 't1~s', owner: 'ada', rootMessageId: 'm1' });
    expect(rowOf(await sub.events(sealing))).toBeNull();
  });

  test('is not begun in the middle of a thread', async () => {
    const story = threadStory({ threadId: 't1', owner: 'ada' });
    story.join('ben');
    const [, joined] = await story.events(sealing);
    expect(foldThreadMembers(null, joined!)).toBeNull();
  });
});
