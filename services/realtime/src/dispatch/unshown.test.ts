import { setImmediate } from 'node:timers/promises';
import { stoppableEngine } from '../testing/stoppableEngine';
import { creation, message, sealed } from '../testing/world';

async function given() {
  const bed = await stoppableEngine();
  const read = async () => {
    await bed.read();
    bed.project();
  };
  return { ...bed, faults: bed.warnings, read };
}

/** A thread of ada and ben, and late, who sees it from the third message on; both of the first are there. */
async function givenRoom() {
  const bed = await given();
  const { world, read, connect } = bed;
  world.tell('t', 'CHAT_THREAD_CREATED', creation('ada', 'ben'));
  world.tell('t', 'CHAT_MESSAGE_CREATED', message(1, 'one'));
  world.tell('t', 'CHAT_MESSAGE_CREATED', message(2, 'two'));
  world.tell('t', 'CHAT_PARTICIPANT_ADDED', { user_id: 'late', role: 'member', visible_from_index: 3 });
  await read();
  const [ada, late] = [connect('ada'), connect('late')];
  await Promise.all([ada.started, late.started]);
  return {
    ...bed,
    ada,
    late,
    post: (n: number, text: string) => world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, text)),
  };
}

describe('what cannot be shown', () => {
  test('given a key that was let go of, then it is asked for again, and nobody notices', async () => {
    const { ada, post, read, keys, faults, engine } = await givenRoom();
    let prepared = 0;
    keys.prepare = () => Promise.resolve(void (prepared += 1));
    keys.locked = (text) => text === 'four' && prepared < 2;
    for (const [n, text] of [
      [3, 'three'],
      [4, 'four'],
      [5, 'five'],
    ] as const)
      post(n, text);
    await read();
    expect(ada.told()).toEqual(['message:new t 5', 'message:new t 6', 'message:new t 7']);
    expect([faults, prepared]).toEqual([[], 2]);
    await engine.follower.stop();
  });

  test('given a key source that is away for a while, then everything comes once it is back, in order', async () => {
    const { ada, post, read, keys, faults, engine } = await givenRoom();
    let away = 3;
    keys.prepare = () => (away-- > 0 ? Promise.reject(new Error('the key store is away')) : Promise.resolve());
    for (const [n, text] of [
      [3, 'three'],
      [4, 'four'],
    ] as const)
      post(n, text);
    await read();
    expect(ada.told()).toEqual(['message:new t 5', 'message:new t 6']);
    expect(faults).toEqual([]);
    await engine.follower.stop();
  });

  test('given a text that does not open, then its room is told resync in its place, and the rest comes', async () => {
    const { ada, late, post, read, keys, faults, engine } = await givenRoom();
    keys.locked = (text) => text === 'four';
    for (const [n, text] of [
      [3, 'three'],
      [4, 'four'],
      [5, 'five'],
    ] as const)
      post(n, text);
    await read();
    const told = ['message:new t 5', 'resync t 6', 'message:new t 7'];
    expect([ada.told(), late.told()]).toEqual([told, told]);
    expect(faults).toEqual(['an event cannot be shown']);
    await engine.follower.stop();
  });

  test('given that it is about a message that somebody does not see, then that one is not told', async () => {
    const { world, ada, late, read, keys, engine } = await givenRoom();
    keys.locked = (text) => text === 'one again';
    const about = { message_id: 'm1', message_index: 1, content: sealed('one again'), edit: 1 };
    world.tell('t', 'CHAT_MESSAGE_UPDATED', about);
    await read();
    expect([ada.told(), late.told()]).toEqual([['resync t 5'], []]);
    await engine.follower.stop();
  });

  test('given a record that nobody can read, then its room is told resync, and so is who comes back over it', async () => {
    const { world, ada, post, read, connect, faults, engine } = await givenRoom();
    post(3, 'three');
    world.tell('t', 'CHAT_MESSAGE_CREATED', { ...message(4, 'four'), message_index: 'a number no more' });
    post(5, 'five');
    await read();
    expect(ada.told()).toEqual(['message:new t 5', 'resync t 6', 'message:new t 7']);
    expect(faults).toEqual(['an event cannot be shown']);
    const back = connect('ben', { t: 4 });
    await back.started;
    expect(back.told()).toEqual(['resync t 7']);
    const near = connect('ben', { t: 6 });
    await near.started;
    expect(near.told()).toEqual(['message:new t 7', 'resumed t 7']);
    await engine.follower.stop();
  });

  test('given somebody who catches up meanwhile, then that ends in resync', async () => {
    const { world, ada, post, read, connect, keys, engine } = await givenRoom();
    const gate = Promise.withResolvers<void>();
    keys.locked = (text) => text === 'four';
    post(3, 'three');
    await read();
    let asked = 0;
    // The catching up waits at its keys; the room goes on.
    keys.prepare = () => (asked++ === 0 ? gate.promise : Promise.resolve());
    const back = connect('ben', { t: 4 });
    while (asked === 0) await setImmediate();
    post(4, 'four');
    post(5, 'five');
    while (engine.dispatched.rings[0]!.end < world.heads()[0]!) await setImmediate();
    expect(back.told()).toEqual([]);
    gate.resolve();
    await back.started;
    expect(back.told()).toEqual(['resync t 7']);
    expect(ada.told()).toEqual(['message:new t 5', 'resync t 6', 'message:new t 7']);
    await engine.follower.stop();
  });

  test('given a thread whose title does not open, then its people are in its room, and told resync of it', async () => {
    const { world, ada, late, read, keys, engine } = await givenRoom();
    keys.locked = (text) => text === 'A title' || text === 'Late title';
    world.tell('n', 'CHAT_THREAD_CREATED', creation('ada'));
    world.tell('n', 'CHAT_PARTICIPANT_ADDED', { user_id: 'late', role: 'member', visible_from_index: 1 });
    world.tell('n', 'CHAT_MESSAGE_CREATED', message(1, 'hello'));
    await read();
    for (let turns = 0; turns < 50; turns++) await setImmediate();
    expect(ada.told()).toEqual(['resync n 1', 'user:joined n 2', 'message:new n 3']);
    expect(late.told()).toEqual(['resync n 2', 'message:new n 3']);
    await engine.follower.stop();
  });

  test('given a frame that cannot be sent, then its room is told resync', async () => {
    const { ada, post, read, keys, faults, engine } = await givenRoom();
    keys.sent = ({ name, payload }) => {
      if (name === 'message:new' && payload.content === 'four') throw new RangeError('it cannot be encoded');
    };
    for (const [n, text] of [
      [3, 'three'],
      [4, 'four'],
      [5, 'five'],
    ] as const)
      post(n, text);
    await read();
    expect(ada.told()).toEqual(['message:new t 5', 'resync t 6', 'message:new t 7']);
    expect(faults).toEqual(['an event cannot be shown']);
    await engine.follower.stop();
  });
});
