import { tenantId } from '@threadlog/events';
import { createProfiles, type ProfileRow } from './profiles';

const ACME = tenantId('acme');
const opener = { prepare: () => Promise.resolve(), open: (_tenant: string, { sealed }: { sealed: string }) => sealed };

function given(maxAgeMs?: number) {
  const names = new Map([['ada', 'Ada']]);
  const world = { now: 0, asked: [] as string[][], away: false };
  const loadUsers = (tenant_id: typeof ACME, userIds: readonly string[]): Promise<ProfileRow[]> => {
    world.asked.push([...userIds]);
    if (world.away) return Promise.reject(new Error('away'));
    const known = userIds.filter((user_id) => names.has(user_id));
    return Promise.resolve(
      known.map((user_id) => ({
        ...{ tenant_id, user_id, avatar_url: null, removed_at: null },
        display_name: names.get(user_id)!,
      })),
    );
  };
  const profiles = createProfiles({ opener: opener as never, loadUsers, maxAgeMs, now: () => world.now });
  const nameOf = async (userId: string) => (await profiles.of(ACME, [userId]))(userId)?.displayName;
  return { names, world, nameOf, profiles };
}

describe('profiles', () => {
  test('show a new name within a second, to whoever asks and however often', async () => {
    for (const everyMs of [1, 50, 300, 799, 800, 950]) {
      const { names, world, nameOf } = given();
      await nameOf('ada');
      names.set('ada', 'Ada Lovelace');
      const renamedAt = world.now;
      for (let asked = 0; asked < 1_200; asked += everyMs) {
        world.now += everyMs;
        const name = await nameOf('ada');
        if (world.now - renamedAt >= 1_000) expect([everyMs, name]).toEqual([everyMs, 'Ada Lovelace']);
      }
    }
  });

  test('are read once in a while, however many ask, and nobody waits for that', async () => {
    const { world, nameOf } = given();
    await Promise.all([nameOf('ada'), nameOf('ada')]);
    world.asked.splice(0);
    for (; world.now < 4_000; world.now += 10) await Promise.all([nameOf('ada'), nameOf('nobody'), nameOf('ada')]);
    expect(world.asked.filter(([id]) => id === 'ada').length).toBeLessThanOrEqual(10);
    expect(world.asked.filter(([id]) => id === 'nobody').length).toBeLessThanOrEqual(11);
  });

  test('that were forgotten are read until they have settled, as the read model may be behind', async () => {
    const { names, world, nameOf, profiles } = given(60_000);
    await nameOf('ada');
    profiles.forget(ACME, 'ada');
    expect(await nameOf('ada')).toBe('Ada');
    // Now the projection has come to it.
    names.set('ada', 'Ada Lovelace');
    world.now = 900;
    expect(await nameOf('ada')).toBe('Ada Lovelace');
    world.now = 60_000;
    world.asked.splice(0);
    await nameOf('ada');
    for (; world.now < 80_000; world.now += 1_000) await nameOf('ada');
    expect(world.asked.length).toBeLessThanOrEqual(1);
  });

  test('are used up to their time while the database is away, and no longer', async () => {
    const { world, nameOf } = given();
    await nameOf('ada');
    world.away = true;
    world.now = 500;
    expect(await nameOf('ada')).toBe('Ada');
    world.now = 800;
    await expect(nameOf('ada')).rejects.toThrow('away');
  });
});
