import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, eventually, longOnly, testStack } from '@threadlog/testing';
import { clientOf, type Client } from './support/people';
import { createSystem, type System } from './support/system';
import { watch } from './support/watcher';

/** `ringEvents` of the realtime service: the newest events of a partition that it keeps. */
const RING_EVENTS = 16_384;
/** How often the ring is filled again once it is full. */
const ROUNDS = 2;
/** Less than one small object for each event; what the process happens to hold differs by a tenth of that. */
const LEAK_BYTES = 200;
const WRITERS = 16;
const LISTENERS = 4;
const ANN = { id: 'ann', tenant: 'steady' };
const LIVE_MEMORY = { NODE_OPTIONS: `--expose-gc --import ${join(__dirname, 'support', 'liveMemory.mjs')}` };

interface Memory {
  rss: number;
  live: number;
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

jest.setTimeout(900_000);

longOnly(describe)('a realtime service under traffic that does not end', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  test('holds no more once the newest events of the partition fill what is kept of them', async () => {
    const shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: stack.topicPrefix(),
    };
    const others = await createSystem({ ...shared, roles: 'command-api,projector,query-api' }, cleanups);
    const realtime = await createSystem({ ...shared, roles: 'realtime', env: LIVE_MEMORY }, cleanups);
    await Promise.all([others.start(), realtime.start()]);

    const { body: thread } = await clientOf(others.api, ANN).call<ThreadResource>('POST', '/api/v1/threads', {
      title: 'steady',
    });
    const write = async (writer: Client): Promise<void> => {
      for (let count = 0; count < RING_EVENTS / WRITERS; count += 1) {
        const content = `message ${count} of many in the one room`;
        expect(await writer.call('POST', `/api/v1/threads/${thread.id}/messages`, { content })).toMatchObject({
          status: 201,
        });
      }
    };
    let sent = 0;
    /** As many messages as the ring holds, to sockets that come for them and go. */
    const round = async (): Promise<Memory> => {
      const client = clientOf(others.api, ANN);
      const listeners = Array.from({ length: LISTENERS }, () => watch(realtime.realtime, client, [thread.id]));
      await Promise.all(Array.from({ length: WRITERS }, () => write(client)));
      sent += RING_EVENTS;
      await eventually(() => listeners.every((each) => each.lastSeq(thread.id) > sent), { timeoutMs: 120_000 });
      expect(listeners.flatMap(({ faults }) => faults)).toEqual([]);
      for (const each of listeners) each.close();
      return settled(realtime);
    };

    const full = await round();
    const rounds: Memory[] = [];
    for (let count = 0; count < ROUNDS; count += 1) rounds.push(await round());
    const told = [full, ...rounds].map(({ rss, live }) => `${megabytes(live)} (${megabytes(rss)})`).join(', ');
    process.stdout.write(`live MB (resident MB) after each ${RING_EVENTS} messages: ${told}\n`);
    rounds.forEach(({ live }, count) => {
      expect((live - full.live) / ((count + 1) * RING_EVENTS)).toBeLessThan(LEAK_BYTES);
    });
    expect(await Promise.all([others.stop(), realtime.stop()])).toEqual([0, 0]);
  });
});

/** What the process holds once its sockets have gone. */
async function settled(system: System): Promise<Memory> {
  const said = async (): Promise<Memory[]> => {
    const log = await readFile(system.logFile, 'utf8');
    return [...log.matchAll(/^live memory (.*)$/gm)].map(([, json]) => JSON.parse(json!) as Memory);
  };
  const before = (await said()).length;
  system.signal('SIGUSR2');
  return eventually(async () => {
    const found = (await said())[before];
    if (!found) throw new Error('nothing said yet');
    return found;
  });
}
