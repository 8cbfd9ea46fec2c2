import type { Command, CommandAccepted, CommandInput } from '@threadlog/commands';
import type {
  DeletionLogRow,
  ExportLogRow,
  LegalHold,
  MessageRow,
  ParticipantRow,
  TenantRow,
  ThreadRow,
  UserThreadRow,
} from '@threadlog/read-models';
import type { StreamEntry } from '../streams/streamEntry';
import type { Capture } from './answers';

/** What a command's answer shows, as rows of the turn that decided it. */
export type Resource =
  | { kind: 'message'; row: MessageRow }
  | { kind: 'thread'; thread: ThreadRow; participants: ParticipantRow[]; isNew: boolean }
  | { kind: 'participant'; row: ParticipantRow }
  | { kind: 'userThread'; row: UserThreadRow }
  | { kind: 'export'; row: ExportLogRow }
  | { kind: 'deletion'; row: DeletionLogRow }
  | { kind: 'hold'; hold: LegalHold | undefined }
  | { kind: 'retention'; row: TenantRow }
  | { kind: 'none' };

/** Status of a success, where it made what it was to make. */
export const STATUS: { [T in Command['type']]: CommandAccepted['status'] } = {
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
  'thread.newest': 200,
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
  'thread.scrubSettings': 204,
  'thread.erase': 204,
};

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

export function resourceOf(command: Command, capture: Capture): Resource {
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
