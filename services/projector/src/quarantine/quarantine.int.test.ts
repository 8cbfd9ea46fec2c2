import {
  encodeEvent,
  partitionOfKey,
  type ChatEvent,
  type OutgoingRecord,
  type StreamEventType,
} from '@threadlog/events';
import { createMemoryLog } from '@threadlog/log';
import type { Database } from '@threadlog/read-models';
import { eventually, testStack } from '@threadlog/testing';
import { createStamp } from '../testing/histories';
import { openTestbed, type Testbed } from '../testing/testbed';
import { DiscardError, discardRecord } from './discard';
import { replayParkedKey, ReplayError } from './replay';

const stack = testStack();

/** Its clients refuse a query while another is under way: the driver warns of it, and a later one does not take it. */
function oneAtATime(database: Database): Database {
  const connect = async () => {
    const client = await database.connect();
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    let busy = false;
    const alone = async (...given: unknown[]) => {
      if (busy) throw new Error(`another query is under way: ${JSON.stringify(given)}`);
      busy = true;
      return query(...given).finally(() => (busy = false));
    };
    return Object.assign(Object.create(client) as typeof client, { query: alone, release: client.release });
  };
  return Object.assign(Object.create(database) as Database, { connect });
}

/** The events of a thread: creation, then messages with these texts. */
function threadOf(id: string, texts: readonly string[]): ChatEvent[] {
  const stamp = createStamp();
  const stream = { tenant: 'acme', type: 'thread' as const, id };
  const about = { thread_id: id };
  const settings = { type: 'group', channel: 'chat', learner_id: null, title: null, metadata: null };
  const created = { parent_thread_id: null, root_message_id: null, participants: [{ user_id: 'ada', role: 'owner' }] };
  const messages = texts.map((sealed, at) => ({
    ...about,
    message_id: `${id.replace('~', '.')}.m${at + 1}`,
    message_index: at + 1,
    sender_id: 'ada',
    sender_type: 'user',
    message_type: 'text',
    content: { sealed },
    metadata: null,
    attachments: null,
    reply_to: null,
    mentions: [],
    client_message_id: null,
  }));
  return [
    stamp(stream, { type: 'CHAT_THREAD_CREATED', data: { ...about, ...settings, ...created } }),
    ...messages.map((data) => stamp(stream, { type: 'CHAT_MESSAGE_CREATED', data })),
  ];
}

const undecodable = (id: string, headers: Record<string, string> = {}): OutgoingRecord => ({
  key: `acme/thread/${id}`,
  value: Buffer.from('{"event_type": 1'),
  headers: { epoch: '1', ce_time: '2026-01-01T00:00:00.000007Z', ...headers },
});

describe.each(['postgres', 'mongo'] as const)('quarantine with messages in %s', (kind) => {
  let bed: Testbed;
  beforeEach(async () => {
    bed = await openTestbed(stack, kind);
  });
  afterEach(() => bed.close());

  const versions = async () => {
    const { rows } = await bed.database.query<{ stream_id: string; version: number; parked_at: string | null }>(
      'select stream_id, version, parked_at from read_1.streams order by stream_id',
    );
    return Object.fromEntries(rows.map((row) => [row.stream_id, [row.version, row.parked_at !== null]]));
  };

  it('parks the streams of an undecodable record; all others flow', async () => {
    const dead = createMemoryLog({ topic: 'dead', partitions: 1 });
    bed.start({ openTopic: () => Promise.resolve(dead) });
    const [bad, good] = [threadOf('bad', ['v1.a', 'v1.b']), threadOf('good', ['v1.a', 'v1.b'])];
    const sub = threadOf('bad~sub', ['v1.s']);
    await bed.append([...bad.slice(0, 2), ...good.slice(0, 2)]);
    await bed.appendRecords([undecodable('bad')]);
    await bed.append([...bad.slice(2), ...good.slice(2), ...sub]);
    await bed.caughtUp();
    expect(await versions()).toEqual({ bad: [2, true], 'bad~sub': [0, true], good: [3, false] });
    expect(await page(bed, 'bad')).toEqual(['v1.a']);
    expect(await page(bed, 'good')).toEqual(['v1.a', 'v1.b']);
    await eventually(async () => (await dead.head(0)) === 4);
    const { value: letters } = await dead.read(0, { offset: 0, maxEpoch: 0 }, 4)[Symbol.asyncIterator]().next();
    expect(letters.records[0]).toMatchObject({ key: 'acme/thread/bad', headers: { dlq_offset: '2' } });
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('parks a stream whose rows the database refuses, found among its neighbours', async () => {
    bed.start();
    const refused = threadOf('refused', ['v1.a', 'v1.b', 'v1.c']);
    // Passes the reader's schema, but its id is taken by another message; of the same partition, so that it comes second
    // in every rebuild.
    const clash = threadOf(neighbourOf('refused', bed.log.partitions), ['v1.a']);
    const taken = { ...clash[1]!, data: { ...clash[1]!.data, message_id: 'refused.m1' } } as ChatEvent;
    const neighbours = threadOf('fine', ['v1.a', 'v1.b', 'v1.c']);
    await bed.append([...refused, clash[0]!, neighbours[0]!, taken, ...neighbours.slice(1)]);
    await bed.caughtUp();
    expect(await versions()).toEqual({ [clash[0]!.stream_id]: [1, true], fine: [4, false], refused: [4, false] });
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('replays what waits, in order, once the fault is gone; the lane goes on with it', async () => {
    bed.start();
    const events = threadOf('gap', ['v1.a', 'v1.b', 'v1.c', 'v1.d']);
    await bed.append([...events.slice(0, 2), ...events.slice(3, 5)]);
    await bed.caughtUp();
    expect(await versions()).toEqual({ gap: [2, true] });
    const deps = { database: oneAtATime(bed.database), generation: 1, store: bed.messageStore(1) };
    await expect(replayParkedKey(deps, 'acme/thread/gap')).rejects.toThrow(ReplayError);
    expect(await versions()).toEqual({ gap: [2, true] });

    // The missing event turns up as a record in quarantine, in its place.
    await insertMissing(bed, encodeEvent(events[2]!));
    expect(await replayParkedKey(deps, 'acme/thread/gap')).toBe(3);
    expect(await replayParkedKey(deps, 'acme/thread/gap')).toBe(0);
    expect(await versions()).toEqual({ gap: [5, false] });
    const later = threadOf('gap', ['v1.a', 'v1.b', 'v1.c', 'v1.d', 'v1.e']).slice(5);
    await bed.append(later);
    await bed.caughtUp();
    expect(await page(bed, 'gap')).toEqual(['v1.a', 'v1.b', 'v1.c', 'v1.d', 'v1.e']);
    const { rows } = await bed.database.query(
      'select 1 from read_1.quarantine union all select 1 from read_1.parked_keys',
    );
    expect(rows).toEqual([]);
  });

  it('keeps what no owner wrote, and what has a key that no stream has, and goes on', async () => {
    bed.start();
    const events = threadOf('t', ['v1.a']);
    const { epoch: _epoch, ...headers } = encodeEvent(events[1]!).headers;
    await bed.append(events.slice(0, 1));
    await bed.appendRecords([
      { ...encodeEvent(events[1]!), headers },
      { key: `no/stream\0 ${'x'.repeat(5_000)}`, value: Buffer.from('\0'), headers: { epoch: '1', odd: '\0' } },
    ]);
    await bed.append(events.slice(1));
    await bed.caughtUp();
    expect(await versions()).toEqual({ t: [2, false] });
    const { rows } = await bed.database.query('select reason from read_1.quarantine');
    expect(rows).toHaveLength(2);
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('closes a thread in which a removal cannot be read, and opens it when the record is discarded', async () => {
    bed.start();
    const events = threadOf('shut', ['v1.a', 'v1.b']);
    const other = threadOf('shut~sub', ['v1.s']);
    await bed.append([...events.slice(0, 2), ...other]);
    await bed.appendRecords([undecodable('shut', { ce_type: 'CHAT_PARTICIPANT_REMOVED', ce_subject: 'thread/shut' })]);
    await bed.append(events.slice(2));
    await bed.caughtUp();
    const hidden = async () => {
      const { rows } = await bed.database.query<{ thread_id: string }>(
        'select thread_id from read_1.threads where deleted_at is not null and closed_at is not null order by 1',
      );
      return rows.map(({ thread_id }) => thread_id);
    };
    expect(await hidden()).toEqual(['shut', 'shut~sub']);
    expect(await bed.rebuiltEquals()).toBe('equal');
    const { rows } = await bed.database.query<{ offset: number }>(
      'select since_offset as "offset" from read_1.parked_keys',
    );
    const discard = { recordKey: 'acme/thread/shut', offset: rows[0]!.offset, reason: 'a test', by: 'me' };
    await expect(discardRecord(bed, discard)).rejects.toThrow(DiscardError);
    await expect(discardRecord(bed, { ...discard, offset: 77 })).rejects.toThrow(DiscardError);
    expect(await hidden()).toEqual(['shut', 'shut~sub']);
    const outcomes = await discardRecord(bed, { ...discard, force: true });
    expect(outcomes).toEqual([1, 2].map((generation) => ({ generation, applied: 2, stillParked: null })));
    expect(await hidden()).toEqual([]);
    expect(await page(bed, 'shut')).toEqual(['v1.a', 'v1.b']);
    expect(await bed.rebuiltEquals()).toBe('equal');
  });

  it('applies a removal at once that waits behind a broken event, and a deletion', async () => {
    bed.start();
    const events = threadOf('fast', ['v1.a']);
    const stamp = createStamp();
    const stream = { tenant: 'acme', type: 'thread' as const, id: 'fast' };
    const numbered = (version: number, type: StreamEventType, data: object): ChatEvent => ({
      ...stamp(stream, { type, data: { thread_id: 'fast', ...data } }),
      stream_version: version,
    });
    await bed.append(events);
    await bed.appendRecords([undecodable('fast')]);
    const removal = numbered(4, 'CHAT_PARTICIPANT_REMOVED', { user_id: 'ada', reason: 'removed' });
    const about = { message_id: 'fast.m1', message_index: 1 };
    await bed.append([removal, numbered(5, 'CHAT_MESSAGE_DELETED', { ...about, reason: 'author' })]);
    await bed.caughtUp();
    const member = async () => {
      const { rows } = await bed.database.query(
        `select removed_at, version from read_1.participants where thread_id = 'fast' and user_id = 'ada'`,
      );
      return rows[0] as object;
    };
    expect(await member()).toEqual({ removed_at: removal.timestamp, version: 1 });
    expect(await page(bed, 'fast')).toEqual([]);
    expect(await bed.rebuiltEquals()).toBe('equal');
  });
});

/** Another thread on the same partition. */
function neighbourOf(id: string, partitions: number): string {
  const partitionOf = (thread: string) => partitionOfKey(`acme/thread/${thread}`, partitions);
  for (let tried = 0; ; tried += 1) if (partitionOf(`clash-${tried}`) === partitionOf(id)) return `clash-${tried}`;
}

async function page(bed: Testbed, id: string): Promise<(string | null)[]> {
  const rows = await bed.messageStore(1).page('acme' as never, id, { limit: 10, order: 'asc' });
  return rows.map((row) => row.content);
}

/** Puts a record between those in quarantine, at the offset before the first of them. */
async function insertMissing(bed: Testbed, { key, value, headers }: OutgoingRecord): Promise<void> {
  await bed.database.query(
    `with parked as (update read_1.parked_keys set since_offset = since_offset - 1 where record_key = $1 returning *)
     insert into read_1.quarantine (partition, log_offset, record_key, reason, value, headers)
     select partition, since_offset, record_key, 'found again', $2, $3 from parked`,
    [key, value, JSON.stringify(headers)],
  );
}
