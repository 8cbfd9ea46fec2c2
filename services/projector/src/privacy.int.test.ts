import { encodeEvent, type ChatEvent } from '@threadlog/events';
import { type DeletionLogRow } from '@threadlog/read-models';
import { testStack } from '@threadlog/testing';
import { createStamp } from './testing/histories';
import { replayParkedKey } from './quarantine/replay';
import { openTestbed, type Testbed } from './testing/testbed';

const stack = testStack();

const subject = { kind: 'user', id: 'ada' };
const about = { request_id: 'r-1', subject };

/** An erasure from its request to its receipt. */
function erasure(): ChatEvent[] {
  const stamp = createStamp();
  const stream = { tenant: 'acme', type: 'privacy' as const, id: 'ada' };
  const asked = { requested_by: 'ada', reason: 'subject_request', execute_after: '2026-01-01T00:00:00.000000Z' };
  return [
    stamp(stream, { type: 'CHAT_PRIVACY_DELETION_REQUESTED', data: { ...about, ...asked } }),
    stamp(stream, { type: 'CHAT_PRIVACY_DELETION_STARTED', data: about }),
    stamp(stream, { type: 'CHAT_PRIVACY_SUBJECT_ERASED', data: { ...about, keys: [], keys_total: 0 } }),
    stamp(stream, {
      type: 'CHAT_PRIVACY_DELETION_COMPLETED',
      data: { ...about, receipt: JSON.stringify({ stores: [{ store: 'messages', remaining: 0 }] }) },
    }),
  ];
}

describe.each(['postgres', 'mongo'] as const)('privacy requests with messages in %s', (kind) => {
  let bed: Testbed;
  beforeEach(async () => {
    bed = await openTestbed(stack, kind);
  });
  afterEach(() => bed.close());

  async function mirrored(generation = 1): Promise<DeletionLogRow[]> {
    const found = [];
    const { privacyLogs } = bed.messageStore(generation);
    if (privacyLogs) for await (const row of privacyLogs.all('chat_deletion_logs')) found.push(row);
    return found;
  }

  it('stand in Postgres, and beside the messages where those are elsewhere, in a rebuild too', async () => {
    bed.start();
    await bed.append(erasure());
    await bed.caughtUp();
    const { rows } = await bed.database.query<DeletionLogRow>('select * from read_1.chat_deletion_logs');
    expect(rows).toMatchObject([{ request_id: 'r-1', status: 'completed', version: 4 }]);
    expect(await mirrored()).toEqual(kind === 'mongo' ? rows : []);
    expect(await bed.rebuiltEquals()).toBe('equal');
    expect(await mirrored(2)).toEqual(await mirrored(1));
  });

  it('wait where one of their events cannot be read; an erasure behind it is told at once, and all of it after the fix', async () => {
    bed.start();
    const [asked, begun, erased, completed] = erasure();
    const poison = { ...encodeEvent(begun!), value: Buffer.from('{"event_type": 1') };
    await bed.appendRecords([encodeEvent(asked!), poison, encodeEvent(erased!), encodeEvent(completed!)]);
    await bed.caughtUp();
    const log = async () => {
      const { rows } = await bed.database.query<DeletionLogRow>('select * from read_1.chat_deletion_logs');
      return rows[0]!;
    };
    expect(await log()).toMatchObject({ status: 'requested', version: 1, erased_at: erased!.timestamp });
    expect(await bed.rebuiltEquals()).toBe('equal');
    await bed.database.query('update read_1.quarantine set value = $1 where value = $2', [
      encodeEvent(begun!).value,
      poison.value,
    ]);
    const deps = { database: bed.database, generation: 1, store: bed.messageStore(1) };
    expect(await replayParkedKey(deps, encodeEvent(begun!).key)).toBe(3);
    expect(await log()).toMatchObject({ status: 'completed', version: 4, started_at: begun!.timestamp });
    expect(await mirrored()).toEqual(kind === 'mongo' ? [await log()] : []);
  });
});
