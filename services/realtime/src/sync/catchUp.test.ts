import { setImmediate } from 'node:timers/promises';
import { stoppableEngine as given } from '../testing/stoppableEngine';
import { creation, message } from '../testing/world';

describe('catching up', () => {
  test('given messages in a store that is ahead of the checkpoint, then it waits for their events, and nothing comes twice', async () => {
    const { world, connect, read, project, gate, engine } = await given({ ringEvents: 2 });
    world.tell('t', 'CHAT_THREAD_CREATED', creation('ada'));
    for (let n = 1; n <= 5; n++) world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, `text ${n}`));
    await read();
    project();
    const witness = connect('ada');
    await witness.started;
    const closed = Promise.withResolvers<void>();
    gate.open = closed.promise;
    world.tell('t', 'CHAT_MESSAGE_CREATED', message(6, 'text 6'));
    project(6, 7);
    const late = connect('ada', { t: 3 });
    for (let turns = 0; turns < 20; turns++) await setImmediate();
    expect(engine.dispatched.rings[0]!.end).toBe(6);
    expect(late.told()).toEqual([]);
    closed.resolve();
    await late.started;
    expect(late.told()).toEqual([
      'message:new t 4',
      'message:new t 5',
      'message:new t 6',
      'message:new t 7',
      'resumed t 7',
    ]);
    expect(witness.told()).toEqual(['message:new t 7']);
    await engine.follower.stop();
  });

  test('given rows whose last event leaves the ring before they can be used, then they are read again', async () => {
    const { world, connect, read, project, engine, reader, faults } = await given({ ringEvents: 2 });
    world.tell('t', 'CHAT_THREAD_CREATED', creation('ada'));
    for (let n = 1; n <= 2; n++) world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, `text ${n}`));
    for (let n = 1; n <= 2; n++) world.tell('other', 'CHAT_MESSAGE_CREATED', message(n, `text ${n}`));
    await read();
    const { changes } = reader;
    let reads = 0;
    reader.changes = async (...asked) => {
      // Its message is dispatched, and nothing of the thread is in the ring any more: nobody can tell that it was.
      if (++reads === 1) project(2, 3);
      const rows = await changes(...asked);
      project();
      return rows;
    };
    project();
    const client = connect('ada', { t: 1 });
    await client.started;
    expect(client.told()).toEqual(['message:new t 2', 'message:new t 3', 'resumed t 3']);
    expect({ reads, faults }).toEqual({ reads: 2, faults: [] });
    await engine.follower.stop();
  });

  test('given a client that is ahead of this instance, then it is resumed when its seq has been dispatched', async () => {
    const { world, connect, read, project, gate, engine } = await given();
    world.tell('t', 'CHAT_THREAD_CREATED', creation('ada'));
    await read();
    project();
    const witness = connect('ada');
    await witness.started;
    const closed = Promise.withResolvers<void>();
    gate.open = closed.promise;
    for (let n = 1; n <= 3; n++) world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, `text ${n}`));
    const ahead = connect('ada', { t: 3 });
    for (let turns = 0; turns < 20; turns++) await setImmediate();
    closed.resolve();
    await ahead.started;
    await read();
    expect(ahead.told().filter((frame) => frame.startsWith('resumed'))).toHaveLength(1);
    expect(ahead.told().filter((frame) => frame === 'message:new t 4')).toHaveLength(1);
    expect(ahead.told()).not.toContain('message:new t 3');
    await engine.follower.stop();
  });

  test('given a seq that never was, then it ends in resync after a while, at the newest seq that is known', async () => {
    const { world, connect, read, project, engine } = await given({ ringEvents: 2 });
    world.tell('t', 'CHAT_THREAD_CREATED', creation('ada'));
    await read();
    project();
    const liar = connect('ada', { t: 99 });
    await liar.started;
    expect(liar.told()).toEqual(['resync t 1']);
    for (let n = 1; n <= 2; n++) world.tell('other', 'CHAT_MESSAGE_CREATED', message(n, `text ${n}`));
    await read();
    project();
    const late = connect('ada', { t: 99 });
    await late.started;
    expect(late.told()).toEqual(['resync t null']);
    await engine.follower.stop();
  });

  test('given threads that cannot be read, then their resumes end in resync, and the faults are told', async () => {
    const { world, connect, read, project, engine, faults, reader } = await given({ ringEvents: 1 });
    for (const thread of ['a', 'b']) world.tell(thread, 'CHAT_THREAD_CREATED', creation('ada'));
    for (const thread of ['a', 'b']) world.tell(thread, 'CHAT_MESSAGE_CREATED', message(1, 'text'));
    await read();
    project();
    const broken = new Error('the store is away');
    reader.changes = () => Promise.reject(broken);
    const client = connect('ada', { a: 1, b: 1 });
    await client.started;
    // The ring still has the last event of b.
    expect(client.told().sort()).toEqual(['message:new b 2', 'resumed b 2', 'resync a 2']);
    expect(faults).toEqual([broken]);
    await engine.follower.stop();
  });
});
