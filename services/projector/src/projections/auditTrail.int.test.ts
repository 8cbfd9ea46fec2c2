import type { ChatEvent, EventOf } from '@threadlog/events';
import { AUDIT_TRAIL, auditOf, type AuditRow } from '@threadlog/read-models';
import { testStack } from '@threadlog/testing';
import { longHistory } from '../testing/histories';
import { openTestbed, type Testbed } from '../testing/testbed';

const stack = testStack();
const PEOPLE = 5;
const actors = [
  { type: 'user', role: 'teacher' },
  { type: 'user', role: null },
  { type: 'agent', role: null },
  { type: 'internal', role: 'office' },
] as const;

/** Messages posted by whom and with what they can be, each in turn; one in ten in the name of somebody else. */
function variedPostings(events: readonly ChatEvent[]): ChatEvent[] {
  let turn = 0;
  return events.map((event) => (event.event_type === 'CHAT_MESSAGE_CREATED' ? posting(event, (turn += 1)) : event));
}

function posting(event: EventOf<'CHAT_MESSAGE_CREATED'>, turn: number): ChatEvent {
  const { content } = event.data;
  const id = `person-${turn % PEOPLE}`;
  const data = {
    ...event.data,
    sender_id: turn % 10 === 0 ? 'somebody' : id,
    sender_type: (['user', 'agent', 'system'] as const)[turn % 3]!,
    metadata: turn % 4 > 1 ? content : null,
    attachments: turn % 2 > 0 ? content : null,
    ...(turn % 7 === 0 && { expires_at: event.timestamp }),
  };
  return { ...event, actor: { ...actors[turn % actors.length]!, id }, data };
}

const history = variedPostings(longHistory(500, 3));
const expected = (keep: (row: AuditRow) => boolean): AuditRow[] =>
  history
    .map(auditOf)
    .filter((row) => row !== null && row.tenant_id === 'acme' && keep(row))
    .map((row) => row!)
    .sort((one, other) => (one.at < other.at ? 1 : -1));

describe.each(['postgres', 'mongo'] as const)('the audit trail with messages in %s', (kind) => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed(stack, kind);
    bed.start();
    await bed.append(history);
    await bed.caughtUp();
  }, 60_000);
  afterAll(() => bed.close());

  const trail = async (condition: string): Promise<AuditRow[]> => {
    const { rows } = await bed.database.query<AuditRow>(
      `select * from read_1.${AUDIT_TRAIL} where tenant_id = 'acme' ${condition} order by at desc, event_id desc`,
    );
    return rows;
  };

  it('is every event but what somebody has read, whether a row or a message tells of it', async () => {
    expect(await trail('')).toEqual(expected(() => true));
    expect(await trail(`and actor_id = 'person-2'`)).toEqual(expected(({ actor_id }) => actor_id === 'person-2'));
    const { rows } = await bed.database.query<{ count: number }>(
      `select count(*)::integer as count from read_1.audit_log where event_type = 'CHAT_MESSAGE_CREATED'`,
    );
    const posted = history.filter(({ event_type }) => event_type === 'CHAT_MESSAGE_CREATED');
    const own = posted.filter(({ data }, at) => (at + 1) % 10 === 0 || 'expires_at' in data);
    expect(rows[0]!.count).toBe(kind === 'postgres' ? own.length : posted.length);
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThan(posted.length / 2);
  });

  it('is the same in a generation that is built again', async () => {
    expect(await bed.rebuiltEquals()).toBe('equal');
  });
});

describe('a page of the audit trail', () => {
  it('walks rows and messages by time, and sorts neither', async () => {
    const bed = await openTestbed(stack, 'postgres');
    const client = await bed.database.connect();
    try {
      // So few rows are sorted sooner than walked.
      await client.query('set enable_sort = off; set enable_seqscan = off; set enable_bitmapscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain select * from read_1.${AUDIT_TRAIL} where tenant_id = 'acme'
         and (at, event_id) < ('2026-11-01T00:00:00.000000Z', '0198c0de-0000-7000-8000-000000000001')
         order by at desc, event_id desc limit 51`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Merge Append');
      expect(plan).toContain('audit_by_time');
      expect(plan).toContain('messages_by_time');
      expect(plan).not.toMatch(/Sort\b(?! Key)/);
    } finally {
      client.release();
      await bed.close();
    }
  });
});
