import type { Actor } from '@threadlog/auth';
import type { CommandAccepted, CommandResult, LogPosition } from '@threadlog/commands';
import type { Problem, TenantId, ThreadResource } from '@threadlog/events';
import {
  presentMessage,
  presentParticipant,
  presentThread,
  presentUserThread,
  sealedBlobsOf,
  type MessageRow,
  type PresenterView,
  type ProfileLookup,
  type Referring,
  type StreamState,
  type ThreadRow,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import { isRefusal, type Limits } from '../commands/decision';
import { NOTHING_SHOWN, type CommandDefinition, type Shown, type ShownInput } from '../commands/define';
import { viewThread } from '../commands/policies';
import type { Job, StreamWithRoot } from './job';
import { closedAmong, openerWith, type ClearText } from './clearText';
import { presentPrivacy } from './presentPrivacy';
import { presentShownAgent } from './presentAgent';
import { presentShownWebhook } from './presentWebhook';

/** What a thread's answer shows beyond its stream: read from the read model, as old as that is. */
export interface ThreadContextRows {
  lastMessage: MessageRow | null;
  unreadCount: number;
  readIndexes: ReadonlyMap<string, number>;
  /** Deleted messages from before the viewer's history. */
  hiddenDeleted: number;
  preferences?: ThreadResource['preferences'];
}

export interface AnswersDeps {
  opener: Opener;
  profilesOf(tenantId: TenantId, userIds: Iterable<string>): Promise<ProfileLookup>;
  threadContext(viewer: Actor, threadId: string, people: readonly string[]): Promise<ThreadContextRows>;
  /** As the read model has it: see there. */
  hiddenReplies(tenantId: TenantId, shown: readonly Referring[]): Promise<ReadonlySet<string>>;
  limits: Limits;
}

/** What an answer will be made of, taken in the turn of the decision; rows are immutable. */
export interface AnswerSource {
  status: CommandAccepted['status'];
  shown: Shown;
  /** Index of the first message of the thread that the actor sees. */
  visibleFrom: number;
  position: LogPosition | null;
  replayed: boolean;
  clear: ClearText;
}

/** What is known of a command's outcome in that turn. */
export interface AnswerInput extends ShownInput<StreamState['type']> {
  position: LogPosition | null;
  clear: ClearText;
}

/** Turns what a command did into what its caller is told. */
export interface Answers {
  /** Why a first answer may not be given again: the actor has lost sight of the thread. */
  hides(definition: CommandDefinition, streams: StreamWithRoot, actor: Actor): Problem | null;
  /** Why the actor does not see the thread that a command is about; null where it does, and where there is none. */
  hidesThread(streams: StreamWithRoot, actor: Actor): Problem | null;
  sourceOf(job: Pick<Job, 'request' | 'resolved'>, input: AnswerInput): AnswerSource;
  build(actor: Actor, source: AnswerSource): Promise<CommandResult>;
}

export function createAnswers(deps: AnswersDeps): Answers {
  const hidesThread: Answers['hidesThread'] = ({ entry, root }, actor) => {
    const view = viewOfThread(entry.state, root.state, actor);
    return view && isRefusal(view) ? view.problem : null;
  };
  return {
    hidesThread,
    hides: ({ contract, hidesFrom }, streams, actor) =>
      contract.success === 204 ? null : (hidesFrom?.(actor) ?? hidesThread(streams, actor)),
    sourceOf({ request, resolved }, input) {
      const { position, replayed, changed, clear } = input;
      const { contract } = resolved.definition;
      const status = contract.success === 201 && !changed ? 200 : contract.success;
      const shown = resolved.definition.shows?.(request.command.input, input) ?? NOTHING_SHOWN;
      return { status, shown, visibleFrom: visibleFromOf(input, request.actor), position, replayed, clear };
    },
    build: (actor, source) => build(deps, actor, source),
  };
}

/** Null where the stream is no thread, or one that is not there yet. */
function viewOfThread(state: AnswerInput['state'], root: AnswerInput['root'], actor: Actor) {
  if (state.type !== 'thread' || root.type !== 'thread' || !state.thread) return null;
  return viewThread(state, { actor, root });
}

/** Nothing of a thread that the actor does not see any more; all where the answer is about no thread. */
function visibleFromOf({ state, root }: AnswerInput, actor: Actor): number {
  const view = viewOfThread(state, root, actor);
  if (!view) return 1;
  return isRefusal(view) ? Number.MAX_SAFE_INTEGER : view.visibleFrom;
}

type Built = Pick<CommandAccepted, 'resource' | 'location' | 'etag'>;

async function build(deps: AnswersDeps, actor: Actor, source: AnswerSource): Promise<CommandResult> {
  const { status, position, replayed } = source;
  return { ok: true, status, position, replayed, ...(await present(deps, actor, source)) };
}

async function present(deps: AnswersDeps, actor: Actor, source: AnswerSource): Promise<Built> {
  const { shown, clear, visibleFrom } = source;
  switch (shown.kind) {
    case 'message': {
      const { row } = shown;
      const wanted = { rows: [row], clear, people: [row.sender_id], messages: [{ row, visibleFrom }] };
      const view = await viewOf(deps, actor, wanted);
      const { thread_id, message_id, edit } = shown.row;
      return {
        resource: presentMessage(shown.row, view),
        location: `/threads/${thread_id}/messages/${message_id}`,
        etag: String(edit),
      };
    }
    case 'thread':
      return presentWholeThread(deps, actor, shown, source);
    case 'participant': {
      const view = await viewOf(deps, actor, { rows: [], clear, people: [shown.row.user_id], messages: [] });
      const { thread_id, user_id } = shown.row;
      return {
        resource: presentParticipant(shown.row, view, visibleFrom),
        location: `/threads/${thread_id}/participants/${user_id}`,
      };
    }
    case 'userThread':
      return { resource: presentUserThread(shown.row) };
    case 'webhook':
      return presentShownWebhook(deps.opener, shown, clear);
    case 'agent':
      return presentShownAgent(deps.opener, shown, clear);
    case 'none':
      return { resource: null };
    default:
      return presentPrivacy(shown, deps.limits);
  }
}

/** Around a thread that has just begun, or of which the read model does not know yet. */
export const NOTHING_AROUND: ThreadContextRows = {
  lastMessage: null,
  unreadCount: 0,
  readIndexes: new Map(),
  hiddenDeleted: 0,
};

async function presentWholeThread(
  deps: AnswersDeps,
  actor: Actor,
  { thread, participants, isNew }: Shown & { kind: 'thread' },
  { clear, visibleFrom }: AnswerSource,
): Promise<Built> {
  const people = participants.slice(0, 20).map((row) => row.user_id);
  const around = isNew ? NOTHING_AROUND : await deps.threadContext(actor, thread.thread_id, people);
  if (around.lastMessage) people.push(around.lastMessage.sender_id);
  const messages = around.lastMessage ? [{ row: around.lastMessage, visibleFrom }] : [];
  const view = await viewOf(deps, actor, { rows: [thread, around.lastMessage], clear, people, messages });
  const members = participants.map((row) => ({ ...row, read_index: around.readIndexes.get(row.user_id) ?? 0 }));
  return {
    resource: presentThread({ ...around, thread, participants: members, visibleFrom }, view),
    location: `/threads/${thread.thread_id}`,
    etag: String(thread.settings_version),
  };
}

interface Wanted {
  rows: readonly (MessageRow | ThreadRow | null)[];
  clear: ClearText;
  people: readonly string[];
  messages: readonly Referring[];
}

async function viewOf(
  deps: AnswersDeps,
  actor: Actor,
  { rows, clear, people, messages }: Wanted,
): Promise<PresenterView> {
  const closed = closedAmong(sealedBlobsOf(rows), clear);
  if (closed.length > 0) await deps.opener.prepare(actor.tenantId, closed);
  return {
    viewerId: actor.id,
    hidden: await deps.hiddenReplies(actor.tenantId, messages),
    profile: await deps.profilesOf(actor.tenantId, people),
    opener: openerWith(deps.opener, clear),
  };
}
