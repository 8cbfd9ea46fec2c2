import type { Actor } from '@threadlog/auth';
import type { Command, CommandAccepted, CommandInput, CommandResult, LogPosition } from '@threadlog/commands';
import type { Problem, TenantId, ThreadResource } from '@threadlog/events';
import {
  presentDeletion,
  presentExport,
  presentHold,
  presentMessage,
  presentParticipant,
  presentRetention,
  presentThread,
  presentUserThread,
  sealedBlobsOf,
  type DeletionLogRow,
  type ExportLogRow,
  type LegalHold,
  type MessageRow,
  type ParticipantRow,
  type PresenterView,
  type ProfileLookup,
  type ReceiptRow,
  type TenantRow,
  type ThreadRow,
  type UserThreadRow,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { DecisionContext } from '../decider';
import type { StreamEntry } from '../streams/streamEntry';
import type { ClearText } from './sealDrafts';
import { isRefusal, viewThread } from '../threads/domain';

/** What a thread's answer shows beyond its stream: read from the read model, as old as that is. */
export interface ThreadSurroundings {
  lastMessage: MessageRow | null;
  unreadCount: number;
  readIndexes: ReadonlyMap<string, number>;
  preferences?: ThreadResource['preferences'];
}

export interface AnswersDeps {
  opener: Opener;
  profilesOf(tenantId: TenantId, userIds: Iterable<string>): Promise<ProfileLookup>;
  surroundingsOf(viewer: Actor, threadId: string, people: readonly string[]): Promise<ThreadSurroundings>;
  limits: DecisionContext['limits'];
}

type Resource =
  | { kind: 'message'; row: MessageRow }
  | { kind: 'thread'; thread: ThreadRow; participants: ParticipantRow[]; isNew: boolean }
  | { kind: 'participant'; row: ParticipantRow }
  | { kind: 'userThread'; row: UserThreadRow }
  | { kind: 'export'; row: ExportLogRow }
  | { kind: 'deletion'; row: DeletionLogRow }
  | { kind: 'hold'; hold: LegalHold | undefined }
  | { kind: 'retention'; row: TenantRow }
  | { kind: 'none' };

/** What an answer will be made of, captured in the turn of the decision; rows are immutable. */
export interface AnswerSource {
  status: CommandAccepted['status'];
  resource: Resource;
  position: LogPosition | null;
  replayed: boolean;
  clear: ClearText;
}

export interface Capture {
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
  sourceOf(command: Command, capture: Capture): AnswerSource;
  build(actor: Actor, source: AnswerSource): Promise<CommandResult>;
}

const STATUS: { [T in Command['type']]: CommandAccepted['status'] } = {
  'thread.create': 201,
  'thread.update': 200,
  'thread.delete': 204,
  'message.post': 201,
  'message.edit': 200,
  'message.delete': 204,
  'participant.add': 201,
  'participant.remove': 204,
  'participant.changeRole': 200,
  'reaction.add': 200,
  'reaction.remove': 200,
  'message.pin': 200,
  'message.unpin': 200,
  'thread.read': 200,
  'thread.preferences': 200,
  'user.sync': 200,
  'user.remove': 204,
  'privacy.export': 201,
  'privacy.delete': 201,
  'privacy.cancel': 204,
  'privacy.readmit': 204,
  'privacy.report': 204,
  'tenant.hold': 201,
  'tenant.releaseHold': 204,
  'tenant.retention': 200,
  'tenant.beginErasure': 204,
  'tenant.endErasure': 204,
  'thread.scrub': 204,
  'thread.erase': 204,
};

export function createAnswers(deps: AnswersDeps): Answers {
  return {
    partsOf: (command, receipt) => replayedParts(command, receipt),
    hides(command, { entry, root }, actor) {
      if (STATUS[command.type] === 204 || !entry.thread) return null;
      const view = viewThread(entry, { actor, now: '', newId: '', root, limits: deps.limits });
      return isRefusal(view) ? view.problem : null;
    },
    sourceOf(command, capture) {
      const { position, replayed, changed, clear } = capture;
      const usual = STATUS[command.type];
      const status = usual === 201 && !changed ? 200 : usual;
      return { status, resource: resourceOf(command, capture), position, replayed, clear };
    },
    build: (actor, source) => build(deps, actor, source),
  };
}

/** Whether the command made what it shows: a direct conversation that is taken up again was there before. */
export function isMadeBy(command: Command, firstEvent: string): boolean {
  return command.type !== 'thread.create' || firstEvent === 'CHAT_THREAD_CREATED';
}

/** What each command's answer shows; those that are not here show nothing. */
const SHOWN: { [T in Command['type']]?: (input: CommandInput<T>, capture: Capture) => Resource } = {
  'thread.create': (_input, capture) => threadOf(capture, capture.changed && !capture.replayed),
  'thread.update': (_input, capture) => threadOf(capture, false),
  'message.post': (_input, { entry, resourceId }) => messageOf(entry, resourceId!),
  'message.edit': ({ messageId }, { entry }) => messageOf(entry, messageId),
  'message.pin': ({ messageId }, { entry }) => messageOf(entry, messageId),
  'message.unpin': ({ messageId }, { entry }) => messageOf(entry, messageId),
  'reaction.add': ({ messageId }, { entry }) => messageOf(entry, messageId),
  'reaction.remove': ({ messageId }, { entry }) => messageOf(entry, messageId),
  'participant.add': ({ userId }, { entry }) => ({ kind: 'participant', row: entry.participants.get(userId)! }),
  'participant.changeRole': ({ userId }, { entry }) => ({ kind: 'participant', row: entry.participants.get(userId)! }),
  'thread.read': ({ threadId }, { entry }) => ({ kind: 'userThread', row: entry.userThreads.get(threadId)! }),
  'privacy.export': (_input, { entry, resourceId }) => ({ kind: 'export', row: entry.exports.get(resourceId!)! }),
  'privacy.delete': (_input, { entry, resourceId }) => ({ kind: 'deletion', row: entry.deletions.get(resourceId!)! }),
  'tenant.hold': (_input, { entry, resourceId }) => ({
    kind: 'hold',
    hold: entry.tenant?.holds.find(({ hold_id }) => hold_id === resourceId),
  }),
  'tenant.retention': (_input, { entry }) => ({ kind: 'retention', row: entry.tenant! }),
  'thread.preferences': ({ threadId }, { entry }) => ({ kind: 'userThread', row: entry.userThreads.get(threadId)! }),
};

function resourceOf(command: Command, capture: Capture): Resource {
  return SHOWN[command.type]?.(command.input as never, capture) ?? { kind: 'none' };
}

/** The people of a sub-thread are its root's. */
function threadOf({ entry, root }: Capture, isNew: boolean): Resource {
  const participants = [...root.participants.values()].filter((row) => row.removed_at === null);
  return { kind: 'thread', thread: entry.thread!, participants, isNew };
}

function messageOf(entry: StreamEntry, id: string): Resource {
  return { kind: 'message', row: entry.messages.get(id)! };
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

async function present(deps: AnswersDeps, actor: Actor, { resource, clear }: AnswerSource): Promise<Built> {
  switch (resource.kind) {
    case 'message': {
      const view = await viewOf(deps, actor, { rows: [resource.row], clear, people: [resource.row.sender_id] });
      const { thread_id, message_id, edit } = resource.row;
      return {
        resource: presentMessage(resource.row, view),
        location: `/threads/${thread_id}/messages/${message_id}`,
        etag: String(edit),
      };
    }
    case 'thread':
      return presentWholeThread(deps, actor, resource, clear);
    case 'participant': {
      const view = await viewOf(deps, actor, { rows: [], clear, people: [resource.row.user_id] });
      const { thread_id, user_id } = resource.row;
      return {
        resource: presentParticipant(resource.row, view),
        location: `/threads/${thread_id}/participants/${user_id}`,
      };
    }
    case 'userThread':
      return { resource: presentUserThread(resource.row) };
    case 'export':
    case 'deletion':
      return presentedRequest(resource);
    case 'hold':
      return { resource: resource.hold ? presentHold(resource.hold) : null };
    case 'retention':
      return { resource: presentRetention(resource.row, deps.limits.retentionDays) };
    case 'none':
      return { resource: null };
  }
}

function presentedRequest(resource: Resource & { kind: 'export' | 'deletion' }): Built {
  const shown = resource.kind === 'export' ? presentExport(resource.row) : presentDeletion(resource.row);
  return { resource: shown, location: `/privacy/requests/${resource.row.request_id}` };
}

/** Around a thread that has just begun, or of which the read model does not know yet. */
export const NOTHING_AROUND: ThreadSurroundings = { lastMessage: null, unreadCount: 0, readIndexes: new Map() };

async function presentWholeThread(
  deps: AnswersDeps,
  actor: Actor,
  { thread, participants, isNew }: Resource & { kind: 'thread' },
  clear: ClearText,
): Promise<Built> {
  const people = participants.slice(0, 20).map((row) => row.user_id);
  const around = isNew ? NOTHING_AROUND : await deps.surroundingsOf(actor, thread.thread_id, people);
  if (around.lastMessage) people.push(around.lastMessage.sender_id);
  const view = await viewOf(deps, actor, { rows: [thread, around.lastMessage], clear, people });
  const members = participants.map((row) => ({ ...row, read_index: around.readIndexes.get(row.user_id) ?? 0 }));
  return {
    resource: presentThread({ ...around, thread, participants: members }, view),
    location: `/threads/${thread.thread_id}`,
    etag: String(thread.settings_version),
  };
}

interface Shown {
  rows: readonly (MessageRow | ThreadRow | null)[];
  clear: ClearText;
  people: readonly string[];
}

/** The caller's own words are known; only what others wrote before has to be opened. */
async function viewOf(deps: AnswersDeps, actor: Actor, { rows, clear, people }: Shown): Promise<PresenterView> {
  const closed = sealedBlobsOf(rows).filter((blob) => !clear.has(blob.sealed));
  if (closed.length > 0) await deps.opener.prepare(actor.tenantId, closed);
  return {
    viewerId: actor.id,
    profile: await deps.profilesOf(actor.tenantId, people),
    opener: {
      open: (tenantId, blob, target) => {
        const known = clear.get(blob.sealed);
        return known === undefined ? deps.opener.open(tenantId, blob, target) : known;
      },
    },
  };
}
