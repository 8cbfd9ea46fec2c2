import { tenantId } from '@threadlog/events';
import { createPresenceBoard, PRESENCE_TTL_MS } from './presenceBoard';
import { signalTime } from './signals';

const ACME = tenantId('acme');

function given() {
  const clock = { at: Date.UTC(2026, 10, 1) };
  const board = createPresenceBoard({ now: () => clock.at });
  const say = (
    user: string,
    state: 'online' | 'offline',
    { instance = 'one', tenant = ACME, connections = 1 } = {},
  ) => {
    const word = { user_id: user, state, instance, connections, last_seen_at: signalTime(clock.at) };
    return board.hear(tenant, word, clock.at);
  };
  const stateOf = async (user: string) => (await board.of(ACME, [user]))[0];
  return { clock, board, say, stateOf };
}

describe('who is online', () => {
  test('is who any instance has said to be', async () => {
    const { say, stateOf, clock } = given();
    const seen = signalTime(clock.at);
    expect(say('ada', 'online')).toMatchObject({ userId: 'ada', state: 'online' });
    expect(say('ada', 'online', { instance: 'two' })).toBeNull();
    expect(say('ada', 'offline')).toBeNull();
    expect(await stateOf('ada')).toEqual({ userId: 'ada', state: 'online', lastSeenAt: seen });
    expect(say('ada', 'offline', { instance: 'two' })).toMatchObject({ state: 'offline', lastSeenAt: seen });
    expect(await stateOf('ben')).toEqual({ userId: 'ben', state: 'offline', lastSeenAt: null });
  });

  test('ends for the users of an instance that does not say so again', async () => {
    const { say, board, clock, stateOf } = given();
    say('ada', 'online');
    say('ben', 'online');
    clock.at += PRESENCE_TTL_MS - 1;
    say('ben', 'online');
    expect(board.sweep()).toEqual([]);
    clock.at += 1;
    expect(board.sweep()).toMatchObject([{ userId: 'ada', state: 'offline' }]);
    expect(board.sweep()).toEqual([]);
    expect(await stateOf('ben')).toMatchObject({ state: 'online' });
  });

  test('is remembered for an hour after it ended', async () => {
    const { say, board, clock, stateOf } = given();
    say('ada', 'online');
    say('ada', 'offline');
    clock.at += 3_600_000;
    board.sweep();
    expect(await stateOf('ada')).toMatchObject({ lastSeenAt: expect.any(String) as string });
    clock.at += 1;
    board.sweep();
    expect(await stateOf('ada')).toMatchObject({ lastSeenAt: null });
  });

  test('is counted by tenant', async () => {
    const { say, board } = given();
    say('ada', 'online', { connections: 2 });
    say('ada', 'online', { instance: 'two' });
    say('ben', 'online');
    say('ben', 'offline');
    say('eve', 'online', { tenant: tenantId('globex') });
    expect(await board.totals(ACME)).toEqual({ onlineUsers: 1, connections: 3 });
  });
});
