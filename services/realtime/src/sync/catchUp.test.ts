import { setImmediate } from 'node:timers/promises';
import { createEngine } from '../engine';
import type { Frame } from '../frames';
import { DEFAULT_LIMITS, type RealtimeLimits } from '../limits';
import { noCommands } from '../testing/noCommands';
import { createProjection } from '../testing/projection';
import { connectionOf, createWires, userActor } from '../testing/wires';
import { createWorld, creation, message, openViews } from '../testing/world';

/** An engine on a log whose dispatching the test can stop: keys come only when it says so. */
async function given(limits: Partial<RealtimeLimits> = {}) {
  const world = await createWorld({ partitions: 1, batchRecords: 100 });
  const projection = createProjection(world);
  const wires = createWires();
  const gate = { open: Promise.resolve() };
  const faults: unknown[] = [];
  const engine = createEngine({
    log: world.log,
    starts: new Map(),
    reader: projection.reader,
    ...noCommands,
    views: openViews(() => gate.open),
    broadcast: wires.broadcast,
    limits: { ...DEFAULT_LIMITS, projectionWaitMs: 2_000, aheadWaitMs: 300, ...limits },
    projected: () => Promise.resolve(),
    warn: (fields) => faults.push(fields.err),
  });
  await engine.follower.start(new AbortController().signal);
  const read = async () => {
    const behind = () => engine.follower.rings[0]!.end < world.heads()[0]!;
    while (behind()) await setImmediate();
  };
  return {
    world,
    engine,
    reader: projection.reader,
    faults,
    read,
    gate,
    project: (offset = world.heads()[0]!, messages = offset) => {
      projection.applied[0] = offset;
      projection.messagesApplied[0] = messages;
    },
    connect(userId: string, resume: Record<string, number> | null = null) {
      const frames: Frame[] = [];
      const connection = connectionOf(
        wires.open((frame) => frames.push(frame)),
        userActor(userId),
      );
      engine.connections.add(connection);
      const since = resume && new Map(Object.entries(resume));
      const started = engine.session.start(connection, since, () => undefined);
      return { frames, connection, started, told: () => frames.map(describeFrame) };
    },
  };
}

function describeFrame({ name, payload }: Frame): string {
  const { threadId, seq } = payload as { threadId: string; seq: number };
  return `${name} ${threadId} ${seq}`;
}

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
    expect(engine.follower.rings[0]!.end).toBe(6);
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

  test('given a seq that never was, then it ends in resync after a while', async () => {
    const { world, connect, read, project, engine } = await given();
    world.tell('t', 'CHAT_THREAD_CREATED', creation('ada'));
    await read();
    project();
    const liar = connect('ada', { t: 99 });
    await liar.started;
    expect(liar.told()).toEqual(['resync t 1']);
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
