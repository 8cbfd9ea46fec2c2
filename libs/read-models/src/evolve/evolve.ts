import type { ChatEvent } from '@threadlog/events';
import { foldAgent } from '../projections/agents';
import { foldMessage, messageIdOf } from '../projections/messages';
import { foldParticipant, participantsOf } from '../projections/participants';
import { foldDeletion, foldExport, isExportEvent, privacyRequestOf } from '../projections/privacyLogs';
import { foldTenant } from '../projections/tenants';
import { foldThread } from '../projections/threads';
import { foldUser } from '../projections/users';
import { foldUserThread, userThreadOf } from '../projections/userThreads';
import { foldWebhookEndpoint } from '../projections/webhookEndpoints';
import type {
  AgentState,
  DecidedType,
  PrivacyState,
  StreamState,
  StreamStates,
  TenantState,
  ThreadState,
  UserState,
  WebhookState,
} from './states';

/**
 * Moves a stream's state over its next event and returns it. Rows are replaced, never changed, so who has taken one out
 * keeps it as it was; the state itself and its maps are the caller's, and change: a copy of them with every event would
 * cost the write side more than all its other work.
 */
export function evolve<State extends StreamState>(state: State, event: ChatEvent): State {
  const evolveOne = EVOLVE[state.type] as (state: StreamState, event: ChatEvent) => void;
  evolveOne(state, event);
  state.version = event.stream_version;
  return state;
}

const EVOLVE: { readonly [T in DecidedType]: (state: StreamStates[T], event: ChatEvent) => void } = {
  thread: evolveThread,
  user: evolveUser,
  privacy: evolvePrivacy,
  tenant: evolveTenant,
  webhook: evolveWebhook,
  agent: evolveAgent,
};

function evolveThread(state: ThreadState, event: ChatEvent): void {
  state.thread = foldThread(state.thread, event);
  for (const userId of participantsOf(event)) {
    const row = foldParticipant(state.participants.get(userId) ?? null, event, userId, state.thread);
    if (row) state.participants.set(userId, row);
  }
  const messageId = messageIdOf(event);
  const message = messageId === null ? null : foldMessage(state.messages.get(messageId) ?? null, event);
  if (message) putLast(state.messages, message.message_id, message);
}

function evolveUser(state: UserState, event: ChatEvent): void {
  state.user = foldUser(state.user, event);
  const threadId = userThreadOf(event);
  const row = threadId === null ? undefined : state.userThreads.get(threadId);
  if (row) putLast(state.userThreads, row.thread_id, foldUserThread(row, event)!);
}

function evolvePrivacy(state: PrivacyState, event: ChatEvent): void {
  const requestId = privacyRequestOf(event);
  if (requestId === null) return;
  if (isExportEvent(event)) {
    const row = foldExport(state.exports.get(requestId) ?? null, event);
    if (row) state.exports.set(requestId, row);
    return;
  }
  const row = foldDeletion(state.deletions.get(requestId) ?? null, event);
  if (row) state.deletions.set(requestId, row);
}

function evolveTenant(state: TenantState, event: ChatEvent): void {
  state.tenant = foldTenant(state.tenant, event);
}

function evolveWebhook(state: WebhookState, event: ChatEvent): void {
  state.endpoint = foldWebhookEndpoint(state.endpoint, event, null);
}

function evolveAgent(state: AgentState, event: ChatEvent): void {
  state.agent = foldAgent(state.agent, event);
}

/** The part of its stream that an event is about: a message, or a thread of a user; null for one about the stream itself. */
export function partOf(event: ChatEvent): string | null {
  return event.stream_type === 'user' ? userThreadOf(event) : messageIdOf(event);
}

/** Puts a row where those touched last stand: at the end. */
export function putLast<Row>(rows: Map<string, Row>, name: string, row: Row): void {
  rows.delete(name);
  rows.set(name, row);
}
