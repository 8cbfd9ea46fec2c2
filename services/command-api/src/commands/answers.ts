import type { Actor } from '@threadlog/auth';
import type { Command, CommandAccepted, CommandResult, LogPosition } from '@threadlog/commands';
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
  type ReceiptRow,
  type Referring,
  type ThreadRow,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { DecisionContext } from '../decider';
import type { StreamEntry } from '../streams/streamEntry';
import { presentPrivacy } from './privacyAnswers';
import { resourceOf, STATUS, type Resource } from './resources';
import type { ClearText } from './sealDrafts';
import { isRefusal, viewThread } from '../threads/domain';

/** What a thread's answer shows beyond its stream: read from the read model, as old as that is. */
export interface ThreadSurroundings {
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
  surroundingsOf(viewer: Actor, threadId: string, people: readonly string[]): Promise<ThreadSurroundings>;
  /** As the read model has it: see there. */
  hiddenReplies(tenantId: TenantId, shown: readonly Referring[]): Promise<ReadonlySet<string>>;
  limits: DecisionContext['limits'];
}

/** What an answer will be made of, captured in the turn of the decision; rows are immutable. */
export interface AnswerSource {
  status: CommandAccepted['status'];
  resource: Resource;
  /** Index of the first message of the thread that the actor sees. */
  visibleFrom: number;
  position: LogPosition | null;
  replayed: boolean;
  clear: ClearText;
}

export interface Capture {
  actor: Actor;
  entry: StreamEntry;
  root: StreamEntry;
  /** Id of the message or user the command was about, where the command itself does not say. */
  resourceId?: string;
  position: LogPosition | null;
  replayed: boolean;
  /** False where what it would have created was there already, whether or not that left an event. */
  changed: boolean;
  clear: ClearText;
}

/** Turns what a command did into what its caller is told. */
export interface Answers {
  /** Parts of the stream needed to give a command's first answer again. */
  partsOf(command: Command, receipt: ReceiptRow): readonly string[];
  /** Why a first answer may not be given again: the actor has lost sight of the thread. */
  hides(command: Command, ground: { entry: StreamEntry; root: StreamEntry }, actor: Actor): Problem | null;
  /** Why the actor does not see the thread that a command is about; null where it does, and where there is none. */
  hidesThread(ground: { entry: StreamEntry; root: StreamEntry }, actor: Actor): Problem | null;
  sourceOf(command: Command, capture: Capture): AnswerSource;
  build(actor: Actor, source: AnswerSource): Promise<CommandResult>;
}

export function createAnswers(deps: AnswersDeps): Answers {
  const hidesThread: Answers['hidesThread'] = ({ entry, root }, actor) => {
    if (!entry.thread) return null;
    const view = viewOfThread(deps, { entry, root, actor });
    return isRefusal(view) ? view.problem : null;
  };
  return {
    hidesThread,
    partsOf: (command, receipt) => replayedParts(command, receipt),
    hides: (command, ground, actor) => (STATUS[command.type] === 204 ? null : hidesThread(ground, actor)),
    sourceOf(command, capture) {
      const { position, replayed, changed, clear } = capture;
      const usual = STATUS[command.type];
      const status = usual === 201 && !changed ? 200 : usual;
      const visibleFrom = visibleFromOf(deps, capture);
      return { status, resource: resourceOf(command, capture), visibleFrom, position, replayed, clear };
    },
    build: (actor, source) => build(deps, actor, source),
  };
}

function viewOfThread({ limits }: AnswersDeps, { entry, root, actor }: Pick<Capture, 'entry' | 'root' | 'actor'>) {
  return viewThread(entry, { actor, now: '', newId: '', root, holds: null, limits });
}

/** Nothing of a thread that the actor does not see any more; all where the answer is about no thread. */
function visibleFromOf(deps: AnswersDeps, capture: Capture): number {
  if (!capture.entry.thread) return 1;
  const view = viewOfThread(deps, capture);
  return isRefusal(view) ? Number.MAX_SAFE_INTEGER : view.visibleFrom;
}

/** Whether the command made what it shows: a direct conversation that is taken up again was there before. */
export function isMadeBy(command: Command, firstEvent: string): boolean {
  return command.type !== 'thread.create' || firstEvent === 'CHAT_THREAD_CREATED';
}

/** The message that a first answer showed; a user's thread is named by the command itself. */
function replayedParts(command: Command, receipt: ReceiptRow): readonly string[] {
  if (command.type === 'thread.read' || command.type === 'thread.preferences') return [command.input.threadId];
  const showsMessage = STATUS[command.type] !== 204 && receipt.event_type.startsWith('CHAT_MESSAGE_');
  return showsMessage || receipt.event_type.startsWith('CHAT_REACTION_') ? [receipt.resource_id] : [];
}

type Built = Pick<CommandAccepted, 'resource' | 'location' | 'etag'>;

async function build(deps: AnswersDeps, actor: Actor, source: AnswerSource): Promise<CommandResult> {
  const { status, position, replayed } = source;
  return { ok: true, status, position, replayed, ...(await present(deps, actor, source)) };
}

async function present(deps: AnswersDeps, actor: Actor, source: AnswerSource): Promise<Built> {
  const { resource, clear, visibleFrom } = source;
  switch (resource.kind) {
    case 'message': {
      const { row } = resource;
      const shown = { rows: [row], clear, people: [row.sender_id], messages: [{ row, visibleFrom }] };
      const view = await viewOf(deps, actor, shown);
      const { thread_id, message_id, edit } = resource.row;
      return {
        resource: presentMessage(resource.row, view),
        location: `/threads/${thread_id}/messages/${message_id}`,
        etag: String(edit),
      };
    }
    case 'thread':
      return presentWholeThread(deps, actor, resource, source);
    case 'participant': {
      const view = await viewOf(deps, actor, { rows: [], clear, people: [resource.row.user_id], messages: [] });
      const { thread_id, user_id } = resource.row;
      return {
        resource: presentParticipant(resource.row, view, visibleFrom),
        location: `/threads/${thread_id}/participants/${user_id}`,
      };
    }
    case 'userThread':
      return { resource: presentUserThread(resource.row) };
    case 'none':
      return { resource: null };
    default:
      return presentPrivacy(resource, deps.limits);
  }
}

/** Around a thread that has just begun, or of which the read model does not know yet. */
export const NOTHING_AROUND: ThreadSurroundings = {
  lastMessage: null,
  unreadCount: 0,
  readIndexes: new Map(),
  hiddenDeleted: 0,
};

async function presentWholeThread(
  deps: AnswersDeps,
  actor: Actor,
  { thread, participants, isNew }: Resource & { kind: 'thread' },
  { clear, visibleFrom }: AnswerSource,
): Promise<Built> {
  const people = participants.slice(0, 20).map((row) => row.user_id);
  const around = isNew ? NOTHING_AROUND : await deps.surroundingsOf(actor, thread.thread_id, people);
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

interface Shown {
  rows: readonly (MessageRow | ThreadRow | null)[];
  clear: ClearText;
  people: readonly string[];
  messages: readonly Referring[];
}

/** The caller's own words are known; only what others wrote before has to be opened. */
async function viewOf(
  deps: AnswersDeps,
  actor: Actor,
  { rows, clear, people, messages }: Shown,
): Promise<PresenterView> {
  const closed = sealedBlobsOf(rows).filter((blob) => !clear.has(blob.sealed));
  if (closed.length > 0) await deps.opener.prepare(actor.tenantId, closed);
  return {
    viewerId: actor.id,
    hidden: await deps.hiddenReplies(actor.tenantId, messages),
    profile: await deps.profilesOf(actor.tenantId, people),
    opener: {
      open: (tenantId, blob, target) => {
        const known = clear.get(blob.sealed);
        return known === undefined ? deps.opener.open(tenantId, blob, target) : known;
      },
      whyNot: deps.opener.whyNot,
    },
  };
}
