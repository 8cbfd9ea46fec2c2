import { threadUpdate, type CommandInput } from '@threadlog/commands';
import type { Draft } from '@threadlog/events';
import type { ThreadRow } from '@threadlog/read-models';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { inThread, settingsKeys, wholeThread, writer } from '../common';
import { defineCommand } from '../define';
import { allowed, matches, viewThread } from '../policies';

type Input = CommandInput<'thread.update'>;

/** Changes title, metadata and status; closed threads too, since that is how they are reopened. */
export const updateThread = defineCommand(threadUpdate, {
  stream: inThread,
  people: writer,
  seals: (_input, sealing) => settingsKeys(sealing, sealing.learnerId),
  refusals: ['version_mismatch', 'subject_erased'],
  decide(input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const refusal = allowed(context, 'thread.settings', view) ?? matches(input.ifMatch, view.thread.settings_version);
    if (refusal) return refusal;
    const [first, ...rest] = [...textChanges(input, view.thread), ...statusChange(input, view.thread)];
    return first ? happened(first, ...rest) : UNCHANGED;
  },
  shows: (_input, answer) => wholeThread(answer, false),
});

/** Sealed text cannot be compared: whatever is given counts as a change, nothing for nothing aside. What was erased is something. */
function textChanges(input: Input, row: ThreadRow): Draft[] {
  const data: Extract<Draft, { type: 'CHAT_THREAD_UPDATED' }>['data'] = { thread_id: row.thread_id };
  const nothing = (given: unknown, field: 'title' | 'metadata') =>
    given === null && row[field] === null && row[`${field}_by`] === null;
  if (input.title !== undefined && !nothing(input.title, 'title')) data.title = input.title;
  if (input.metadata !== undefined && !nothing(input.metadata, 'metadata')) data.metadata = input.metadata;
  return Object.keys(data).length > 1 ? [{ type: 'CHAT_THREAD_UPDATED', data }] : [];
}

function statusChange(input: Input, row: ThreadRow): Draft[] {
  if (input.status === undefined || input.status === row.status) return [];
  const data = { thread_id: row.thread_id, status: input.status, previous: row.status };
  return [{ type: 'CHAT_THREAD_STATUS_CHANGED', data }];
}
