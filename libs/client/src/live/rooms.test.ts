import { NetworkError } from '../errors.ts';
import { createRooms } from './rooms.ts';

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
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  const answerAll = async () => {
    for (let turn = 0; turn < 5; turn++) {
      for (const answer of answers.splice(0)) answer();
      await turns();
    }
  };
  const rooms = createRooms(connection);
  /** Looks at ten more threads of others, one after the other. */
  const lookAtOthers = () => {
    for (let n = 0; n < 10; n++) rooms.enter(`other ${n}`)(true);
  };
  return { rooms, said, connection, turns, answerAll, lookAtOthers };
}

it('leaves the threads of others that nobody looks at, but for the last ten', async () => {
  const { rooms, said, answerAll, lookAtOthers } = given();
  const [one, other] = [rooms.enter('t1'), rooms.enter('t1~branch')];
  one(true);
  lookAtOthers();
  await answerAll();
  expect(said).toEqual([]);
  other(true);
  await answerAll();
  expect(said).toEqual(['conversation:leave other 0']);
  rooms.enter('t1');
  void rooms.join('t1', 5);
  lookAtOthers();
  await answerAll();
  expect(said).toEqual(['conversation:leave other 0', 'conversation:join t1']);
});

it('stays in its own, and asks nothing without a connection', async () => {
  const { rooms, said, connection, answerAll, lookAtOthers } = given();
  rooms.enter('own')(false);
  lookAtOthers();
  await answerAll();
  connection.up = false;
  rooms.enter('t2')(true);
  await answerAll();
  expect(said).toEqual([]);
});

it('leaves after a join that is under way, and not where it was entered again meanwhile', async () => {
  const { rooms, said, turns, answerAll, lookAtOthers } = given();
  for (const id of ['t1', 't2']) {
    const leave = rooms.enter(id);
    void rooms.join(id, 0);
    leave(true);
  }
  lookAtOthers();
  await turns();
  expect(said).toEqual(['conversation:join t1', 'conversation:join t2']);
  rooms.enter('t2');
  void rooms.join('t2', 0);
  await answerAll();
  expect(said.slice(2).toSorted()).toEqual(['conversation:join t2', 'conversation:leave t1']);
});
