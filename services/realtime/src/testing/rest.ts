import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engine';
import type { Connection } from '../rooms/connection';
import type { ModelClient } from './client';
import type { World } from './world';

/** Turns of the event loop, with time for timers, in which nothing moves: however slow the machine is, something is stuck. */
const PATIENCE = 1_000;

interface Party {
  world: World;
  engine: Engine;
  seats: { model: ModelClient; connection: Connection | null }[];
  faults: string[];
}

/** Resolves when nothing is under way, or with one more fault when what is does not move any more. */
export async function untilRest(party: Party): Promise<void> {
  let before = '';
  for (let idle = 0; !isAtRest(party) && party.faults.length === 0; idle++) {
    const now = unrest(party);
    if (now !== before) idle = 0;
    before = now;
    if (idle === PATIENCE) party.faults.push(`it never came to rest: ${now}`);
    await delay(5);
  }
}

function isAtRest({ world, engine, seats }: Party): boolean {
  const heads = world.heads();
  if (engine.dispatched.rings.some((ring, partition) => ring.end < heads[partition]!)) return false;
  return seats.every(({ model, connection }) => {
    const places = [...(connection?.subscriptions.values() ?? [])];
    return connection?.state === 'ready' && model.waiting() === 0 && places.every(({ state }) => state === 'live');
  });
}

/** What is still under way, in words: which one it is tells where to look. */
function unrest({ world, engine, seats }: Party): string {
  const rings = engine.dispatched.rings.map((ring, partition) => `${ring.end} of ${world.heads()[partition]}`);
  const clients = seats.map(({ model, connection }) => {
    const places = [...(connection?.subscriptions.values() ?? [])].map(({ threadId, state }) => `${threadId} ${state}`);
    return `${model.userId} ${connection?.state}, ${model.waiting()} resumes, ${places.join(' ')}`;
  });
  return [`dispatched ${rings.join(', ')}`, ...clients].join('; ');
}
