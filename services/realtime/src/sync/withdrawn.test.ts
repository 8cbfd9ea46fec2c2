import { setImmediate } from 'node:timers/promises';
import { stoppableEngine } from '../testing/stoppableEngine';
import { creation, message, sealed } from '../testing/world';

const CANARY = 'canary of a deleted message';

type Bed = Awaited<ReturnType<typeof stoppableEngine>>;

const deleted = (index: number) => ({ message_id: `m${index}`, message_index: index, reason: 'author' });
const edited = (index: number, text: string) => ({
  message_id: `m${index}`,
  message_index: index,
  content: sealed(text),
  edit: 1,
});

/** A thread in which a canary was written, edited and marked; the next event of it has seq 6. */
function begin({ world }: Bed): void {
  world.tell('t', 'CHAT_THREAD_CREATED', creation('ada', 'ben'));
  world.tell('t', 'CHAT_MESSAGE_CREATED', message(1, 'stays'));
  world.tell('t', 'CHAT_MESSAGE_CREATED', message(2, CANARY));
  world.tell('t', 'CHAT_MESSAGE_UPDATED', edited(2, `${CANARY}, edited`));
  world.tell('t', 'CHAT_REACTION_ADDED', { message_id: 'm2', message_index: 2, emoji: '👍', user_id: 'ben' });
}

async function turns(count = 30): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** How a message can be deleted while a client is away or on its way; each comes to a client that has the thread up to seq 1. */
const WAYS: Record<string, (bed: Bed) => Promise<ReturnType<Bed['connect']>>> = {
  async 'in the ring, before the client is back'(bed) {
    begin(bed);
    bed.world.tell('t', 'CHAT_MESSAGE_DELETED', deleted(2));
    await bed.read();
    bed.project();
    return bed.connect('ben', { t: 1 });
  },
  async 'in the rows, before the client is back'(bed) {
    begin(bed);
    bed.world.tell('t', 'CHAT_MESSAGE_DELETED', deleted(2));
    bed.world.tell('t', 'CHAT_MESSAGE_CREATED', message(3, 'later'));
    for (let n = 4; n < 60; n++) bed.world.tell('t', 'CHAT_MESSAGE_CREATED', message(n, 'filler'));
    await bed.read();
    bed.project();
    return bed.connect('ben', { t: 1 });
  },
  async 'in the read model, ahead of what is dispatched'(bed) {
    begin(bed);
    await bed.read();
    bed.project();
    const closed = Promise.withResolvers<void>();
    const witness = bed.connect('ada');
    await witness.started;
    bed.gate.open = closed.promise;
    bed.world.tell('t', 'CHAT_MESSAGE_DELETED', deleted(2));
    bed.project(bed.world.heads()[0]! - 1, bed.world.heads()[0]!);
    bed.gate.open = Promise.resolve();
    const late = bed.connect('ben', { t: 1 });
    closed.resolve();
    return late;
  },
  async 'while the keys of its resume are on their way'(bed) {
    begin(bed);
    await bed.read();
    bed.project();
    const keys = Promise.withResolvers<void>();
    bed.gate.open = keys.promise;
    const late = bed.connect('ben', { t: 1 });
    await turns();
    bed.gate.open = Promise.resolve();
    bed.world.tell('t', 'CHAT_MESSAGE_DELETED', deleted(2));
    await bed.read();
    keys.resolve();
    return late;
  },
  async 'while the thread is announced to it'(bed) {
    begin(bed);
    await bed.read();
    bed.project();
    const keys = Promise.withResolvers<void>();
    bed.gate.open = keys.promise;
    const late = bed.connect('ben', {});
    await turns();
    bed.gate.open = Promise.resolve();
    bed.world.tell('t', 'CHAT_MESSAGE_DELETED', deleted(2));
    await bed.read();
    keys.resolve();
    return late;
  },
  async 'while what is live waits for keys'(bed) {
    bed.world.tell('t', 'CHAT_THREAD_CREATED', creation('ada', 'ben'));
    await bed.read();
    bed.project();
    const live = bed.connect('ben');
    await live.started;
    const keys = Promise.withResolvers<void>();
    bed.gate.open = keys.promise;
    bed.world.tell('t', 'CHAT_MESSAGE_CREATED', message(1, 'stays'));
    await turns();
    bed.world.tell('t', 'CHAT_MESSAGE_CREATED', message(2, CANARY));
    bed.world.tell('t', 'CHAT_MESSAGE_UPDATED', edited(2, `${CANARY}, edited`));
    bed.world.tell('t', 'CHAT_MESSAGE_DELETED', deleted(2));
    keys.resolve();
    return live;
  },
};

describe('the text of a message that was deleted', () => {
  test.each(Object.keys(WAYS))('is not in any frame, where that was %s', async (way) => {
    const bed = await stoppableEngine(way.startsWith('in the rows') ? { ringEvents: 20 } : {});
    const client = await WAYS[way]!(bed);
    await client.started;
    await bed.read();
    await turns();
    const all = JSON.stringify(client.frames);
    expect(all).not.toContain(CANARY);
    expect(all).toMatch(/stays|filler|conversation:created/);
    expect(client.told().filter((frame) => frame.startsWith('message:deleted'))).toHaveLength(1);
    await bed.engine.follower.stop();
  });

  test('nor is a title that was erased after it was sealed without the key of its author', async () => {
    const bed = await stoppableEngine();
    const { world } = bed;
    world.tell('t', 'CHAT_THREAD_CREATED', { ...creation('ada', 'ben'), title: sealed(CANARY) });
    world.tell('t', 'CHAT_THREAD_UPDATED', { title: sealed(CANARY), metadata: sealed({ note: CANARY }) });
    world.tell('t', 'CHAT_THREAD_UPDATED', { title: null, metadata: null, reason: 'privacy' });
    await bed.read();
    bed.project();
    const client = bed.connect('ben', { t: 0 });
    await client.started;
    expect(JSON.stringify(client.frames)).not.toContain(CANARY);
    expect(client.frames.at(-2)!.payload).toMatchObject({ title: '[erased]', titleState: 'erased', metadata: null });
    await bed.engine.follower.stop();
  });

  test('nor is that of an erased person, where it waited to be sent', async () => {
    const bed = await stoppableEngine();
    begin(bed);
    await bed.read();
    bed.project();
    const keys = Promise.withResolvers<void>();
    bed.gate.open = keys.promise;
    const late = bed.connect('ben', { t: 2 });
    await turns();
    bed.gate.open = Promise.resolve();
    bed.engine.rooms.dropHeld('acme' as never);
    keys.resolve();
    await late.started;
    expect(late.told()).toEqual(['resync t 5']);
    await bed.engine.follower.stop();
  });
});
