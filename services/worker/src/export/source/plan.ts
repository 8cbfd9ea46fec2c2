import { rootThreadId } from '@threadlog/events';
import type { ThreadRow } from '@threadlog/read-models';
import { findIncomplete, type Incomplete } from './incomplete';
import { chunked, paged, type Reading } from './reading';
import { shownTo } from './shown';

/** A thread that goes into the export, and how far. */
export interface PlannedThread {
  threadId: string;
  /** Everybody's messages rather than the person's own: a thread about the learner. */
  whole: boolean;
  /** The last message that there was when the plan was made; later ones are left out everywhere. */
  upTo: number;
  learnerId: string | null;
}

/**
 * What goes into an export, found once, so that all its files speak of the same threads and messages. A few dozen bytes
 * a thread are in memory, as of each file in the zip; messages never are.
 */
export interface ExportPlan {
  threads: ReadonlyMap<string, PlannedThread>;
  /** Messages there will be. */
  messages: number;
  /** What is not whole, because events of it wait for an operator. */
  incomplete: readonly Incomplete[];
}

const PAGE = 500;

/** Finds the threads about the learner, whole, and those that the person takes or took part in or wrote in. */
export async function planExport(reading: Reading): Promise<ExportPlan> {
  const { tenantId, subject, people } = reading;
  const threads = new Map<string, PlannedThread>();
  if (subject.kind === 'learner') {
    const about = ids(reading, (after) => people.threadsAbout(tenantId, subject.id, { after, limit: PAGE }));
    await plan(reading, threads, { about, whole: true });
  }
  const about = ids(reading, (after) => people.threadsWith(tenantId, subject.id, { after, limit: PAGE }));
  await plan(reading, threads, { about, whole: false });
  const incomplete = await findIncomplete(reading, [...threads.keys()]);
  // What was taken from whom is not known there, so nothing of it goes out.
  for (const { threadId, reason } of incomplete) if (threadId && reason === 'closed') threads.delete(threadId);
  return { threads, messages: await countMessages(reading, threads), incomplete };
}

interface Found {
  about: AsyncIterable<string[]>;
  whole: boolean;
}

async function plan(reading: Reading, threads: Map<string, PlannedThread>, { about, whole }: Found): Promise<void> {
  const { tenantId, people } = reading;
  for await (const found of about) {
    await add(reading, threads, found, { whole, onlyShown: false });
    const below = ids(reading, (after) => people.threadsBelow(tenantId, found, { after, limit: PAGE }));
    for await (const page of below) await add(reading, threads, page, { whole, onlyShown: !whole });
  }
}

/** Sub-threads in which the person wrote nothing are in it only where the person is, or was, shown them. */
async function add(
  reading: Reading,
  threads: Map<string, PlannedThread>,
  threadIds: readonly string[],
  { whole, onlyShown }: { whole: boolean; onlyShown: boolean },
): Promise<void> {
  const fresh = threadIds.filter((id) => !threads.has(id));
  const found = await reading.threads.threadsByIds(reading.tenantId, fresh);
  const shown = onlyShown ? await onlyThoseShown(reading, found) : found;
  const rows = new Map(shown.map((row) => [row.thread_id, row]));
  for (const threadId of fresh) {
    const row = rows.get(threadId);
    if (row) threads.set(threadId, { threadId, whole, upTo: row.last_message_index, learnerId: row.learner_id });
  }
}

async function onlyThoseShown({ tenantId, subject, people }: Reading, rows: ThreadRow[]): Promise<ThreadRow[]> {
  const roots = [...new Set(rows.map(({ thread_id }) => rootThreadId(thread_id)))];
  const own = await people.membershipsIn(tenantId, subject.id, roots);
  const memberships = new Map(own.map((row) => [row.thread_id, row]));
  const person = { tenantId, id: subject.id };
  return rows.filter((row) => shownTo(person, row, memberships.get(rootThreadId(row.thread_id))) !== 'never');
}

async function* ids(reading: Reading, page: (after: string) => Promise<string[]>): AsyncIterable<string[]> {
  yield* paged<string>(reading.check, (last) => page(last ?? ''), PAGE);
}

/** All of the whole threads, and the person's own in the others. */
async function countMessages(
  { tenantId, subject, senders }: Reading,
  threads: ReadonlyMap<string, PlannedThread>,
): Promise<number> {
  let count = await senders.countOf(tenantId, subject.id);
  const whole = [...threads.values()].filter((thread) => thread.whole);
  for (const some of chunked(whole, PAGE)) {
    const named = some.map(({ threadId }) => threadId);
    count += some.reduce((sum, { upTo }) => sum + upTo, 0) - (await senders.countOf(tenantId, subject.id, named));
  }
  return count;
}
