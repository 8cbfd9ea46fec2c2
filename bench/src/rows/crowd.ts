import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openAudience } from '../driver/audience';
import { pause, type CrowdSize } from '../driver/load';
import type { Receiver } from '../driver/sockets';
import { megabytes, milliseconds, sockets, type Figure } from '../report/result';
import { percentile, sorted, type Sorted } from '../report/stats';
import type { Person } from '../system/tokens';
import type { Room, World } from '../world';
import { memoryOf } from './memory';
import type { Row, RowContext, RowMeasures } from './row';

const SMALL_ROOM = 50;
/** Messages a second into the large room, and as many into small rooms: what a crowd writes, not what a server can do. */
const PER_SECOND = 4;
const PHASE_ROUNDS = 2;
const MEMORY_EVERY_MS = 250;
const DRAIN_MS = 30_000;
/** What a paused socket's systems hold before anything waits in the server, and more than the server lets wait. */
const FLOOD_BYTES = 16 * 1024 * 1024;
const FLOOD_CONTENT = 'x'.repeat(30_000);
const FLOOD_AT_ONCE = 4;

/** Many sockets on one instance, before and while some of them do not read. */
export const crowdRow: Row = {
  name: 'sockets',
  title: 'many sockets, some slow',
  async run(context) {
    const { crowd } = context.pace;
    const memory = memoryOf(context);
    const before = memory();
    const scene = await setUp(context, crowd);
    try {
      return await measure(context, scene, { memory, before });
    } finally {
      for (const receiver of scene.receivers) receiver.close();
    }
  },
};

interface Scene {
  large: Room;
  small: Room[];
  /** Only those who will not read are in here. */
  flooded: Room;
  people: Person[];
  receivers: Receiver[];
  /** Ids of sent messages with the time of sending. */
  sent: Map<string, number>;
  /** Latencies of what fast sockets get, while somebody collects them. */
  sink: { latencies: number[] | null };
  /** Frames each socket got of the rooms that are measured. */
  counts: Uint32Array;
}

async function setUp({ world, system }: RowContext, { sockets: count, slow, room: size }: CrowdSize): Promise<Scene> {
  const names = Array.from({ length: count }, (_none, at) => `c-${at}`);
  const sender = 'c-sender';
  // A thread takes a thousand participants, its owner included.
  const large = await world.room(names[0]!, names.slice(1, size));
  const small: Room[] = [];
  for (let at = size; at < count; at += SMALL_ROOM)
    small.push(await world.room(names[at]!, names.slice(at + 1, at + SMALL_ROOM)));
  const flooded = await world.room(sender, names.slice(0, slow));
  await world.settle([large, ...small, flooded]);
  const people = names.map((name) => world.tenant.person(name));
  const scene = {
    large,
    small,
    flooded,
    people,
    sent: new Map(),
    sink: { latencies: null },
    counts: new Uint32Array(count),
  };
  const receivers = await openAudience(people, ({ token }, at) => ({
    url: system.realtimeUrl,
    token,
    onMessage: (frame) => received(scene, frame, { at, isFast: at >= slow }),
  }));
  return { ...scene, receivers };
}

const MARK = /"clientMessageId":"([^"]+)"/;

function received(
  { sent, sink, counts }: Pick<Scene, 'sent' | 'sink' | 'counts'>,
  frame: Buffer,
  { at, isFast }: { at: number; isFast: boolean },
): void {
  if (frame.length > FLOOD_CONTENT.length) return;
  counts[at]! += 1;
  if (!isFast || !sink.latencies) return;
  const began = sent.get(MARK.exec(frame.toString('latin1'))?.[1] ?? '');
  if (began !== undefined) sink.latencies.push(performance.now() - began);
}

interface Memory {
  memory: () => number;
  before: number;
}

/**
 * Three times the same messages: while everybody reads, while the buffers of those who do not are being filled (which is
 * load by itself), and when they are full.
 */
async function measure(context: RowContext, scene: Scene, { memory, before }: Memory): Promise<RowMeasures> {
  const { pace } = context;
  const { slow } = pace.crowd;
  const connected = memory();
  const alone = await phase(context, scene);
  const slowOnes = scene.receivers.slice(0, slow);
  for (const receiver of slowOnes) receiver.pause();
  let peak = connected;
  const watching = setInterval(() => (peak = Math.max(peak, memory())), MEMORY_EVERY_MS);
  const [filling] = await Promise.all([phase(context, scene), flood(context, scene)]);
  const stuck = await phase(context, scene);
  clearInterval(watching);
  for (const receiver of slowOnes) receiver.resume();
  const told = await untilTold(slowOnes);
  const left = memory();
  const fast = scene.receivers.slice(slow);
  const trouble = fast.map((receiver) => receiver.trouble()).find((each) => each !== null);
  const lost = slow - told.resynced - told.disconnected;
  const problem =
    trouble ??
    [alone, filling, stuck].find((each) => each.problem)?.problem ??
    (lost > 0 ? `${lost} slow sockets were not told` : undefined);
  const memories: Figure[] = Number.isNaN(before)
    ? []
    : [
        megabytes('service before', before),
        megabytes('connected', connected),
        megabytes('most', peak),
        megabytes('after', left),
      ];
  return {
    figures: [
      ...latencies(alone.latencies, 'all read'),
      ...latencies(filling.latencies, `${slow} fall behind`),
      ...latencies(stuck.latencies, `${slow} stand still`),
      sockets('told to resync', told.resynced),
      sockets('cut off', told.disconnected),
      ...memories,
    ],
    samples: alone.latencies.length + filling.latencies.length + stuck.latencies.length,
    errors: problem ? Math.max(1, lost) : 0,
    problem,
  };
}

function latencies(of: Sorted, when: string): Figure[] {
  return [50, 99].map((percent) => milliseconds(`p${percent}, ${when}`, percentile(of, percent)));
}

interface Phase {
  latencies: Sorted;
  problem?: string;
}

/** Sends at a steady rate and waits until every fast socket has got all of it. */
async function phase({ world, pace }: RowContext, scene: Scene): Promise<Phase> {
  const { large, small, counts } = scene;
  const { slow, room } = pace.crowd;
  const expected = new Uint32Array(counts);
  const latencies: number[] = [];
  scene.sink.latencies = latencies;
  const until = performance.now() + pace.roundMs * PHASE_ROUNDS;
  for (let turn = 0; turn === 0 || performance.now() < until; turn++) {
    const began = performance.now();
    const at = turn % Math.max(1, small.length);
    const fastSender = { ...large, members: large.members.slice(slow) };
    await Promise.all([post(world, scene, fastSender), ...(small[at] ? [post(world, scene, small[at])] : [])]);
    for (let socket = slow; socket < room; socket++) expected[socket]! += 1;
    const first = room + at * SMALL_ROOM;
    for (let socket = first; socket < Math.min(first + SMALL_ROOM, counts.length); socket++) expected[socket]! += 1;
    await pause(Math.max(0, 1_000 / PER_SECOND - (performance.now() - began)), new AbortController().signal);
  }
  const missing = (): number => expected.reduce((sum, wanted, at) => sum + (at < slow ? 0 : wanted - counts[at]!), 0);
  const deadline = performance.now() + DRAIN_MS;
  while (missing() > 0 && performance.now() < deadline) await delay(20);
  scene.sink.latencies = null;
  const problem = missing() === 0 ? undefined : `${missing()} frames did not arrive at sockets that read`;
  return { latencies: sorted(latencies), problem };
}

function post(world: World, { sent }: Scene, room: Room): Promise<unknown> {
  const clientMessageId = randomUUID();
  sent.set(clientMessageId, performance.now());
  return world.post(room, 0, { clientMessageId });
}

/** Writes more to those who do not read than all systems between hold. */
async function flood({ world }: RowContext, { flooded }: Scene): Promise<void> {
  const room = { ...flooded, members: [flooded.members[0]!] };
  let left = Math.ceil(FLOOD_BYTES / FLOOD_CONTENT.length);
  const write = async (_none: unknown, connection: number): Promise<void> => {
    while (left-- > 0) await world.post(room, connection + 1, { content: FLOOD_CONTENT });
  };
  await Promise.all(Array.from({ length: FLOOD_AT_ONCE }, write));
}

/** Who was slow reads what waits for it, and must learn that something is missing: by a word, or by losing its connection. */
async function untilTold(slow: readonly Receiver[]): Promise<{ resynced: number; disconnected: number }> {
  const deadline = performance.now() + DRAIN_MS;
  const knows = (receiver: Receiver): boolean => receiver.resyncs() > 0 || !receiver.isOpen();
  while (!slow.every(knows) && performance.now() < deadline) await delay(50);
  const resynced = slow.filter((receiver) => receiver.resyncs() > 0).length;
  return { resynced, disconnected: slow.filter((receiver) => receiver.resyncs() === 0 && !receiver.isOpen()).length };
}
