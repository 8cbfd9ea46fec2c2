import { NetworkError } from '../errors.ts';
import { createRooms } from './rooms.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A connection that notes commands, and answers each when it is told to. */
function given() {
  const said: string[] = [];
  const answers: (() => void)[] = [];
  const connection = {
    up: true,
    command: (name: string, payload: unknown) => {
      said.push(`${name} ${(payload as { conversationId: string }).conversationId}`);
      return new Promise<never>((resolve, reject) => {
        answers.push(() => (connection.up ? resolve({} as never) : reject(new NetworkError('network', 'down', {}))));
      });
    },
  };
  const answerAll = async () => {
    for (let turn = 0; turn < 5; turn++) {
      for (const answer of answers.splice(0)) answer();
      await jest.advanceTimersByTimeAsync(0);
    }
  };
  return { rooms: createRooms(connection), said, connection, answerAll };
}

it('leaves the room of a thread of others when the last view of its conversation was closed', async () => {
  const { rooms, said, answerAll } = given();
  const [one, other] = [rooms.enter('t1'), rooms.enter('t1~branch')];
  void rooms.join('t1', 0);
  await answerAll();
  one(true);
  await jest.advanceTimersByTimeAsync(1000);
  expect(said).toEqual(['conversation:join t1']);
  other(true);
  await jest.advanceTimersByTimeAsync(1000);
  await answerAll();
  expect(said).toEqual(['conversation:join t1', 'conversation:leave t1']);
  rooms.enter('t1');
  void rooms.join('t1', 5);
  await answerAll();
  expect(said.at(-1)).toBe('conversation:join t1');
});

it('stays where a view is mounted again at once, in a thread of its own, and asks nothing without a connection', async () => {
  const { rooms, said, connection } = given();
  rooms.enter('t1')(true);
  rooms.enter('t1');
  rooms.enter('own')(false);
  await jest.advanceTimersByTimeAsync(1000);
  connection.up = false;
  rooms.enter('t2')(true);
  await jest.advanceTimersByTimeAsync(1000);
  expect(said).toEqual([]);
});

it('leaves after a join that is under way, and not where it was entered again meanwhile', async () => {
  const { rooms, said, answerAll } = given();
  const leave = rooms.enter('t1');
  void rooms.join('t1', 0);
  await jest.advanceTimersByTimeAsync(0);
  leave(true);
  await jest.advanceTimersByTimeAsync(1000);
  expect(said).toEqual(['conversation:join t1']);
  rooms.enter('t1');
  void rooms.join('t1', 0);
  await answerAll();
  expect(said).toEqual(['conversation:join t1', 'conversation:join t1']);
});
