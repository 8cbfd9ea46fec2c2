import { setImmediate } from 'node:timers/promises';
import { createEngine, type Engine } from '../engine';
import { DEFAULT_LIMITS, type RealtimeLimits } from '../limits';
import type { Connection } from '../rooms/connection';
import { createModelClient, type ModelClient } from './client';
import { happen, randomFrom, type Random } from './happenings';
import { noCommands } from './noCommands';
import { createProjection, type Projection } from './projection';
import { untilRest } from './rest';
import { connectionOf, createWires, userActor, type Wires } from './wires';
import { createWorld, creation, openViews, type World } from './world';

export interface PartyOptions {
  seed: number;
  steps: number;
  users: readonly string[];
  limits: Partial<RealtimeLimits>;
  oneByOne: boolean;
  /** Of a hundred texts, so many never open, and as many not at the first try. */
  locked?: number;
}

interface Seat {
  model: ModelClient;
  connection: Connection | null;
  /** Bytes that wait in its socket. */
  lag: number;
}

interface Party extends PartyOptions {
  world: World;
  projection: Projection;
  engine: Engine;
  wires: Wires;
  seats: Seat[];
  /** Of clients and of the engine. */
  faults: string[];
  random: Random;
  /** Most events that the projection takes at once. */
  pace: number;
}

/** Everybody writes, reads, comes and goes at random. Returns what went wrong, and what is not as it should be at the end. */
export async function playParty(options: PartyOptions): Promise<{ faults: string[]; differences: string[] }> {
  const party = await gather(options);
  for (let i = 0; i < options.steps && party.faults.length === 0; i++) await step(party);
  await rest(party);
  const differences = party.faults.length > 0 ? [] : party.seats.flatMap(({ model }) => model.differences());
  party.engine.presence.stop();
  await party.engine.follower.stop();
  return { faults: party.faults, differences };
}

async function gather(options: PartyOptions): Promise<Party> {
  const random = randomFrom(options.seed);
  const { users, limits, oneByOne, locked = 0 } = options;
  const world = await createWorld();
  for (let t = 0; t < 3; t++) world.tell(`t${t}`, 'CHAT_THREAD_CREATED', creation(...users.slice(0, 2 + (t % 3))));
  const turns = (most: number) => async () => {
    for (let left = random(most); left > 0; left--) await setImmediate();
  };
  const projection = createProjection(world, turns(4));
  const wires = createWires();
  const faults: string[] = [];
  const engine = createEngine({
    log: world.log,
    starts: new Map(),
    reader: projection.reader,
    ...noCommands,
    views: openViews(turns(random(2) === 0 ? 1 : 12), createLocks(locked)),
    broadcast: wires.broadcast,
    // Longer than any scene: a wait that only ends by its time is stuck.
    limits: { ...DEFAULT_LIMITS, projectionWaitMs: 600_000, ...limits },
    warn: (fields, text) => void (locked === 0 && faults.push(`${text}: ${String(fields.err)}`)),
  });
  await engine.follower.start(new AbortController().signal);
  const seats = users.map((userId): Seat => {
    return { model: createModelClient({ world, userId, oneByOne }), connection: null, lag: 0 };
  });
  return { ...options, world, projection, engine, wires, seats, faults, random, pace: 1 + random(12) };
}

/** The same blobs every time: which are locked depends on what they say. */
function createLocks(percent: number): (blob: string) => boolean {
  const tried = new Set<string>();
  return (blob) => {
    const place = [...blob].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_973, 7) % 100;
    if (place < percent) return true;
    if (place >= 2 * percent || tried.has(blob)) return false;
    tried.add(blob);
    return true;
  };
}

function connect({ engine, wires, faults }: Party, seat: Seat): void {
  const resume = seat.model.begin();
  const wire = wires.open(
    (frame) => {
      try {
        seat.model.receive(frame);
      } catch (error) {
        faults.push((error as Error).message);
      }
    },
    () => seat.lag,
  );
  const connection = connectionOf(wire, userActor(seat.model.userId), DEFAULT_LIMITS.replayPerConnection);
  seat.connection = connection;
  engine.connections.add(connection);
  const greet = () => wire.emit({ name: 'hello', payload: {} as never });
  engine.session.start(connection, resume, greet).catch((error: Error) => faults.push(`start: ${error.message}`));
}

function disconnect({ engine }: Party, seat: Seat): void {
  const { connection } = seat;
  if (!connection) return;
  connection.wire.close();
  connection.state = 'closed';
  engine.session.rooms.endAll(connection);
  engine.connections.remove(connection);
  seat.connection = null;
  seat.lag = 0;
}

const STEPS: [number, (party: Party, seat: Seat) => void | Promise<void>][] = [
  [55, write],
  [70, project],
  [82, (party, seat) => (seat.connection ? disconnect(party, seat) : connect(party, seat))],
  [
    84,
    ({ world }) => void world.tell(`t${world.threads().length}`, 'CHAT_THREAD_CREATED', creation('ada', 'bob', 'dan')),
  ],
  [88, slowDown],
  [100, wait],
];

async function step(party: Party): Promise<void> {
  const dice = party.random(100);
  const seat = party.seats[party.random(party.seats.length)]!;
  await STEPS.find(([below]) => dice < below)![1](party, seat);
}

function write({ world, users, random }: Party): void {
  for (let burst = random(4); burst >= 0; burst--) happen(world, `t${random(world.threads().length)}`, users, random);
}

async function wait({ random }: Party): Promise<void> {
  for (let turns = random(6); turns > 0; turns--) await setImmediate();
}

function slowDown({ engine, oneByOne }: Party, seat: Seat): void {
  if (oneByOne || !seat.connection) return;
  seat.model.markSlow();
  seat.lag = seat.lag === 0 ? 2_000_000 : 0;
  engine.flow.sweep();
}

function project({ world, projection, random, pace }: Party): void {
  for (const [partition, head] of world.heads().entries()) {
    const applied = projection.applied[partition]!;
    projection.applied[partition] = applied + random(1 + Math.min(pace, head - applied));
    const messages = Math.max(projection.messagesApplied[partition]!, projection.applied[partition]!);
    projection.messagesApplied[partition] = messages + random(1 + head - messages);
  }
}

/** Lets everything come to rest, everybody connected. */
async function rest(party: Party): Promise<void> {
  const { world, projection, engine, seats } = party;
  projection.applied.splice(0, Infinity, ...world.heads());
  projection.messagesApplied.splice(0, Infinity, ...world.heads());
  for (const seat of seats) {
    seat.lag = 0;
    if (!seat.connection) connect(party, seat);
  }
  engine.flow.sweep();
  await untilRest(party);
}
