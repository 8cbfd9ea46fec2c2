import { follows, type Connection, type Subscription } from '../rooms/connection';
import { frame, placeOf } from '../frames';
import { eachLimited } from './limited';
import { foldMemberships } from './fold';
import { byRoot, type JoinDeps, type Joins, type Opened, type Since } from './join';
import type { Announce } from './announce';

export interface StartDeps extends JoinDeps {
  joins: Joins;
  announce: Announce;
  /** Resolves when little enough waits in the socket to send it more. */
  drained(connection: Connection): Promise<void>;
}

/** What a connection has to do after its rooms were opened, besides being live in those it never left. */
interface Work {
  resumes: Opened[];
  /** Places in threads that the client does not know, with the seq to announce them at. */
  fresh: { subscription: Subscription; seq: number }[];
  /** Threads that the client had and does not take part in: the access rule decides. */
  others: string[];
}

/** Threads that one start may announce with their resource; further ones are told as `resync`. */
const MOST_ANNOUNCED = 200;

/**
 * Puts a new socket into the rooms of its user's threads and brings it up to date. `greet` is called in the turn in which
 * the rooms are open: nothing that is dispatched after it is missed. Rejects when the read model is too far behind or away; the caller
 * closes the connection, for a client must not think itself resumed.
 */
export async function startConnection(
  deps: StartDeps,
  connection: Connection,
  resume: Since | null,
  greet: () => void,
): Promise<void> {
  const { reader, settle, limits } = deps;
  const { tenantId, id: userId } = connection.actor;
  const work = await settle.everything(
    () => reader.memberships(tenantId, userId, limits.threadsOnConnect),
    (snapshot) => {
      if (connection.state === 'closed') return null;
      const events = deps.dispatched.rings.flatMap((ring, partition) =>
        ring.membershipSince(tenantId, snapshot.checkpoints.get(partition) ?? 0),
      );
      connection.state = 'ready';
      greet();
      const memberships = foldMemberships(snapshot, events, connection.actor);
      for (const [partition, ring] of deps.dispatched.rings.entries()) {
        const closed = ring.closedSince(tenantId, snapshot.checkpoints.get(partition) ?? 0);
        for (const threadId of closed) memberships.delete(threadId);
      }
      const followed = new Map([...memberships].filter(([threadId]) => follows(connection, threadId)));
      return openRooms(deps, connection, followed, resume);
    },
  );
  if (work) await catchUpAll(deps, connection, work);
}

/** One turn: every place is open before anything else can be dispatched. */
function openRooms(
  { joins, dispatched, catchUp }: StartDeps,
  connection: Connection,
  memberships: ReturnType<typeof foldMemberships>,
  resume: Since | null,
): Work {
  const had = byRoot(resume ?? new Map());
  const work: Work = { resumes: [], fresh: [], others: [] };
  const { tenantId } = connection.actor;
  for (const [threadId, access] of memberships) {
    const since = had.get(threadId);
    if (since) {
      work.resumes.push(joins.open(connection, threadId, access, since));
      continue;
    }
    const { subscription } = joins.open(connection, threadId, access, new Map());
    const seq = dispatched.ringOf(tenantId, threadId).lastSeq(tenantId, threadId) ?? access.version;
    const unknown = resume !== null || access.version === null;
    if (unknown && seq !== null) work.fresh.push({ subscription, seq });
    else catchUp.finish(subscription);
  }
  for (const [threadId, since] of had) {
    if (memberships.has(threadId)) continue;
    connection.resuming.set(threadId, since);
    work.others.push(threadId);
  }
  return work;
}

async function catchUpAll(deps: StartDeps, connection: Connection, work: Work): Promise<void> {
  const { catchUp, joins, announce, limits, drained } = deps;
  const each = <T>(items: readonly T[], run: (item: T) => Promise<void>) =>
    eachLimited(items, limits.resumesAtOnce, async (item) => {
      await drained(connection);
      await run(item);
    });
  await each(work.resumes, ({ subscription, streams }) => catchUp.run(subscription, streams));
  await each(work.others, (threadId) => joins.rejoin(connection, threadId));
  await each(work.fresh.slice(0, MOST_ANNOUNCED), ({ subscription, seq }) => announce(subscription, seq));
  for (const { subscription, seq } of work.fresh.slice(MOST_ANNOUNCED)) {
    connection.wire.emit(frame('resync', { ...placeOf(subscription.threadId), seq }));
    catchUp.finish(subscription);
  }
}
