import { readThread, threadAt, threadEvents, type ThreadName, type ThreadStream } from '@threadlog/projector';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { tenantOf } from '../given';
import { askOperations } from '../operations';
import type { PageOptions } from './ofTenant';
import { table, type Outcome } from '../outcome';

export interface ThreadOptions {
  tenant: string;
}

export interface EventsOptions extends ThreadOptions {
  /** Number of the first event shown; by default the newest are. */
  from?: number | undefined;
  limit: number;
}

export interface AtOptions extends ThreadOptions {
  /** Newest messages in the printed table; JSON has all. */
  messages: number;
}

const REPORT_EVERY = 100_000;

/** The events of a thread as they stand in the log. What people wrote is not shown. */
export async function threadsEvents(
  context: CommandContext,
  threadId: string,
  { tenant, from, limit }: EventsOptions,
): Promise<Outcome> {
  const { partition, records } = await read(context, { tenantId: tenantOf(tenant), threadId });
  const wanted =
    from === undefined
      ? records.slice(-limit)
      : records.filter(({ event }) => (event?.stream_version ?? from) >= from).slice(0, limit);
  const events = threadEvents(wanted);
  const rows = events.map(({ seq, time, type, actor, offset, data }) => [
    ...[seq, time, type ?? 'not decodable', actor?.id, offset, data === null ? '' : JSON.stringify(data)],
  ]);
  const text = rows.length === 0 ? 'no events' : table(['seq', 'time', 'type', 'by', 'offset', 'data'], rows);
  return { ok: rows.length > 0, text, json: { threadId, partition, total: records.length, events } };
}

/** A thread as it was after one of its events: the fold of the log up to there. What people wrote is not shown. */
export async function threadsAt(
  context: CommandContext,
  { threadId, seq }: { threadId: string; seq: number },
  { tenant, messages: shown }: AtOptions,
): Promise<Outcome> {
  const stream = await read(context, { tenantId: tenantOf(tenant), threadId }, seq);
  const newest = stream.records.at(-1)?.event?.stream_version ?? 0;
  const at = await threadAt(stream, threadId);
  if (!at || newest < seq) {
    const text = newest === 0 ? `there is no such thread` : `the thread has ${newest} events only`;
    return { ok: false, text, json: { threadId, seq, newest } };
  }
  const { thread, messages, passedOver } = at;
  const facts = [
    ...[`${thread.id} at ${seq} of its events, ${stream.records.at(-1)!.event!.timestamp}`],
    `${thread.type}, ${thread.status}, created by ${thread.createdBy} ${thread.createdAt}`,
    `${thread.participantCount} members: ${thread.participants.map(({ userId, role }) => `${userId} (${role})`).join(', ')}`,
    `${thread.messageCount} messages`,
    ...passedOver.map(({ offset, reason }) => `not folded: offset ${offset}, ${reason}`),
  ];
  const rows = messages
    .slice(-shown)
    .map(({ messageIndex, id, senderId, createdAt, deletedAt, edit, pinned, reactions }) => [
      ...[messageIndex, id, senderId, createdAt],
      [deletedAt && 'deleted', edit > 0 && `edited ${edit}`, pinned && 'pinned', ...reactions.map(tally)]
        .filter(Boolean)
        .join(', '),
    ]);
  const list = rows.length === 0 ? [] : ['', table(['index', 'message', 'by', 'time', ''], rows)];
  return { ok: true, text: [...facts, ...list].join('\n'), json: { seq, ...at } };
}

const tally = ({ emoji, count }: { emoji: string; count: number }): string => `${emoji} ${count}`;

function read(context: CommandContext, name: ThreadName, to = Infinity): Promise<ThreadStream> {
  return onDeployment(context, async (operator) => {
    let told = 0;
    const onProgress = (records: number): void => {
      if (records - told < REPORT_EVERY) return;
      told = records;
      context.report(`${records} records looked at`);
    };
    return readThread(await openEvents(operator), name, { to, onProgress });
  });
}

export interface ListOptions extends PageOptions {
  participant?: string;
  learner?: string;
}

interface ListedThread {
  id: string;
  type: string;
  status: string;
  learnerId: string | null;
  createdBy: string;
  updatedAt: string;
  seq: number;
  messageCount: number;
  participantCount: number;
}

/** Threads of a tenant as reads have them, the one with the newest activity first. */
export async function threadsList(context: CommandContext, options: ListOptions): Promise<Outcome> {
  const { tenant, participant: participantId, learner: learnerId, cursor, limit = 50 } = options;
  const query = { participantId, learnerId, cursor, limit: String(limit) };
  const page = await askOperations<{ threads: ListedThread[]; nextCursor: string | null }>(
    context,
    ['ops', 'tenants', tenantOf(tenant), 'threads'],
    { query },
  );
  const rows = page.threads.map((one) => [
    ...[one.id, one.type, one.status, one.learnerId, one.createdBy, one.updatedAt],
    ...[one.seq, one.messageCount, one.participantCount],
  ]);
  const headings = ['thread', 'type', 'status', 'learner', 'by', 'active', 'events', 'messages', 'members'];
  const more = page.nextCursor === null ? '' : `\n\nmore: --cursor ${page.nextCursor}`;
  return { ok: true, text: (rows.length === 0 ? 'none' : table(headings, rows)) + more, json: page };
}
