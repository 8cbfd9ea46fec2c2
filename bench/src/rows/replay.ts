import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { activeGeneration, createDatabase, readCheckpoints, type Database } from '@threadlog/read-models';
import { perSecond } from '../report/result';
import type { Internals } from '../system/system';
import type { Row, RowContext } from './row';

const POLL_MS = 20;
const TIMEOUT_MS = 120_000;
const ROOMS = 50;
const WRITERS = 32;

/**
 * Events folded in a second when a projector, in a process of its own, builds the read model from nothing. Measured from
 * just before its first commit to its last, so that neither the start of the process nor joining a consumer group counts.
 */
export const replayRow: Row = {
  name: 'replay',
  title: 'replay of the log',
  async run(context) {
    const { internals } = context.system;
    if (!internals) throw new Error('needs a system of its own: not with --url');
    await fillLog(context);
    const live = createDatabase({ url: internals.databaseUrl, max: 1 });
    const name = `replay_${randomBytes(6).toString('hex')}`;
    try {
      const events = await progress(live);
      await live.query(`create database ${name}`);
      const seconds = await timeReplay(internals, name, events);
      const figures = [perSecond('events', seconds.events / seconds.elapsed)];
      return { figures, samples: events, errors: 0 };
    } finally {
      await live.query(`drop database if exists ${name} with (force)`);
      await live.end();
    }
  },
};

/** Writes what other rows have not written yet. */
async function fillLog({ world, pace }: RowContext): Promise<void> {
  const rooms = await world.rooms(ROOMS, 2);
  let left = pace.replayEvents - world.posted();
  const write = async (worker: number): Promise<void> => {
    while (left-- > 0) await world.post(rooms[left % ROOMS]!, worker);
  };
  await Promise.all(Array.from({ length: WRITERS }, (_none, worker) => write(worker)));
  await world.settle(rooms);
}

/** Records of the log that are folded into the served read model; 0 while there is none. */
async function progress(database: Database): Promise<number> {
  const checkpoints = await readCheckpoints(database, await activeGeneration(database));
  return [...checkpoints.values()].reduce((sum, { nextOffset }) => sum + nextOffset, 0);
}

interface Timed {
  events: number;
  /** Seconds. */
  elapsed: number;
}

async function timeReplay(internals: Internals, name: string, events: number): Promise<Timed> {
  const databaseUrl = internals.databaseUrl.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
  const database = createDatabase({ url: databaseUrl, max: 1 });
  const starting = internals.startProcess(name, { DATABASE_URL: databaseUrl, ROLES: 'projector' });
  try {
    return await Promise.race([watch(database, events), starting.then(() => new Promise<never>(() => undefined))]);
  } finally {
    await database.end();
    await starting.then((server) => server.stop());
  }
}

async function watch(database: Database, events: number): Promise<Timed> {
  const deadline = performance.now() + TIMEOUT_MS;
  let began = performance.now();
  while (performance.now() < deadline) {
    // There are no tables at first.
    const done = await progress(database).catch(() => 0);
    const now = performance.now();
    if (done >= events) return { events: done, elapsed: (now - began) / 1000 };
    if (done === 0) began = now;
    await delay(POLL_MS);
  }
  throw new Error(`the replay did not end within ${TIMEOUT_MS / 1000} s`);
}
