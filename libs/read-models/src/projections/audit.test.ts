import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEvent, type ChatEvent } from '@threadlog/events';
import { auditOf } from './audit';

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
