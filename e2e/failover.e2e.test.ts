import type { ChatEvent, ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, eventually, longOnly, testSeed, testStack } from '@threadlog/testing';
import { expectEverywhere, logFaults } from './support/everywhere';
import { faultsOf, JUMPING_CLOCK } from './support/nemesis';
import { clientOf, type Client } from './support/people';
import { persist, type Acked } from './support/persistentWriter';
import { randomOf } from './support/random';
import { createSystem } from './support/system';
import { watch } from './support/watcher';

const THREADS = 24;
const WRITERS = 6;
/** One of each kind, and two more. */
const FAULTS = 9;
const ANN = { id: 'ann', tenant: 'failover' };

jest.setTimeout(600_000);

longOnly(describe)('three brokers and two command APIs, of which one after the other fails', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  const draw = randomOf(testSeed({ what: 'faults' }));

  test('lose nothing, repeat nothing, and go on each time', async () => {
    const brokers = await stack.threeBrokers();
    const shared = {
      kafkaBrokers: brokers.map(({ url }) => url),
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: '',
    };
    const instances = [1, 2].map(() => createSystem({ ...shared, roles: 'command-api', env: JUMPING_CLOCK }, cleanups));
    const [first, second] = [await instances[0]!, await instances[1]!];
    const readers = await createSystem({ ...shared, roles: 'projector,query-api,realtime' }, cleanups);
    await Promise.all([first.start(), second.start(), readers.start()]);

    const clients: Client[] = [clientOf(first.api, ANN), clientOf(second.api, ANN)];
    const reader = clientOf(readers.api, ANN);
    const threads: string[] = [];
    for (let index = 0; index < THREADS; index += 1) {
      const { body } = await clients[0]!.call<ThreadResource>('POST', '/api/v1/threads', { title: `${index}` });
      threads.push(body.id);
    }
    const watcher = watch(readers.realtime, reader, threads);
    cleanups.add(() => watcher.close());

    const acked: Acked[] = [];
    const silence = createSilence();
    let writing = true;
    const work = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let count = 0; writing; count += 1) {
        const key = `w${writer}-${count}`;
        const threadId = threads[(writer + count * WRITERS) % THREADS]!;
        acked.push(await persist(clients[count % 2]!, { threadId, key, content: `text of ${key}` }));
        silence.heard(threadId);
      }
    });
    // As whoever runs them would: a process may end rather than go on without what it needs.
    const supervising = setInterval(() => {
      for (const one of [first, second].filter((each) => each.ended())) {
        process.stdout.write(`a command API ended by itself and is started again, see ${one.logFile}\n`);
        one.launch();
      }
    }, 500);
    cleanups.add(() => clearInterval(supervising));
    const goesOn = async (): Promise<void> => {
      const counts = () => threads.map((id) => acked.filter(({ threadId }) => threadId === id).length);
      const before = counts();
      await eventually(() => counts().every((count, index) => count > before[index]!), { timeoutMs: 60_000 });
    };

    const kinds = faultsOf({ brokers, instances: [first, second], topic: 'chat.events.v1', draw });
    for (let struck = 0; struck < FAULTS; struck += 1) {
      // Each kind once, then whichever.
      const fault = kinds[struck] ?? kinds[draw(kinds.length)]!;
      await goesOn();
      silence.reset();
      await fault.strike();
      await goesOn();
      process.stdout.write(
        `${fault.name}: no ack in a thread for ${(silence.longestMs() / 1000).toFixed(1)} s at most\n`,
      );
    }
    writing = false;
    await Promise.all(work);

    const log = { brokers: shared.kafkaBrokers, topic: 'chat.events.v1' };
    await expectEverywhere({ log, acked, threads, reader, watcher });
    clearInterval(supervising);
    expect(await Promise.all([first.stop(), second.stop(), readers.stop()])).toEqual([0, 0, 0]);
  });
});

/** How long nothing was acknowledged in any one thread, beside the pace of writers that are not disturbed. */
function createSilence() {
  const last = new Map<string, number>();
  let longest = 0;
  return {
    heard(threadId: string): void {
      const now = performance.now();
      longest = Math.max(longest, now - (last.get(threadId) ?? now));
      last.set(threadId, now);
    },
    reset(): void {
      longest = 0;
    },
    longestMs: () => longest,
  };
}

describe('the comparison of the log with what was acknowledged', () => {
  const event = (index: number): ChatEvent =>
    ({
      event_type: 'CHAT_MESSAGE_CREATED',
      stream_id: 'thread',
      stream_version: index,
      timestamp: `2026-01-01T00:00:00.00000${index}Z`,
      data: { message_id: `m${index}`, message_index: index },
    }) as unknown as ChatEvent;
  const acked = [1, 2, 3].map((index) => ({ message: { id: `m${index}` } }) as Acked);
  const log = [event(1), event(2), event(3)];

  test.each([
    ['nothing, where they agree', log, []],
    ['a loss', log.slice(0, 2), ['m3 was acknowledged and is lost']],
    ['a repetition', [...log, event(3)], expect.arrayContaining(['m3 stands there more than once'])],
    ['what nobody was told of', [...log, event(4)], ['m4 was never acknowledged']],
    ['another order', [log[0]!, log[2]!, log[1]!], expect.arrayContaining(['thread: version 3 after 1'])],
  ])('finds %s', (_, found, faults) => {
    expect(logFaults(found, acked)).toEqual(faults);
  });
});
