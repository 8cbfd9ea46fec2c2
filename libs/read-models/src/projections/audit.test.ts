import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEvent, type ChatEvent, type EventOf } from '@threadlog/events';
import { auditBesideMessages, auditOf } from './audit';
import { UNTOUCHED } from './projection';

const GOLDEN = join(__dirname, '../../../events/golden/agents.ndjson');
const events = readFileSync(GOLDEN, 'utf8')
  .trimEnd()
  .split('\n')
  .flatMap((line): ChatEvent[] => {
    const decoded = decodeEvent(Buffer.from(JSON.stringify((JSON.parse(line) as { value: unknown }).value)));
    return decoded.kind === 'event' ? [decoded.event] : [];
  });
const detailOf = (type: ChatEvent['event_type']) =>
  auditOf(events.find(({ event_type }) => event_type === type)!)?.detail;

test('the audit trail says who handed a conversation over to whom, and which runs of agents came to nothing', () => {
  expect(detailOf('CHAT_AGENT_MODE_CHANGED')).toEqual({ mode: 'off', previous: 'auto' });
  expect(detailOf('CHAT_AGENT_RUN_ENDED')).toEqual({
    reason: 'superseded',
    agent_id: 'tutor',
    run_id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d77',
    trigger_message_id: '0198c0df-0000-7000-8000-000000000203',
  });
});

test('the audit trail says who stopped a run, whether it left a message or not', () => {
  const ended = events.find(
    ({ event_type }) => event_type === 'CHAT_AGENT_RUN_ENDED',
  ) as EventOf<'CHAT_AGENT_RUN_ENDED'>;
  const stopped = { ...ended, data: { ...ended.data, reason: 'stopped' as const, stopped_by: 'ada' } };
  expect(auditOf(stopped)?.detail).toMatchObject({ reason: 'stopped', stopped_by: 'ada' });
  const said = events.find(({ event_type, data }) => event_type === 'CHAT_MESSAGE_CREATED' && 'run' in data);
  const answer = said as EventOf<'CHAT_MESSAGE_CREATED'>;
  const run = { ...answer.data.run!, finish: 'stopped' as const, stopped_by: 'ada' };
  const kept = { ...answer, data: { ...answer.data, run } };
  const { run_id, trigger_message_id } = run;
  expect(auditOf(kept)?.detail).toMatchObject({ run_id, trigger_message_id, stopped_by: 'ada' });
  // What the message's row cannot tell has a row of its own.
  expect(auditBesideMessages.touches(kept)).toHaveLength(1);
  expect(auditBesideMessages.touches(answer)).toEqual(UNTOUCHED);
});
