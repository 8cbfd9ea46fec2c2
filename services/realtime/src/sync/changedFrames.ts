import { rootThreadId, type Sealed } from '@threadlog/events';
import {
  presentMessage,
  readSettings,
  sealedBlobsOf,
  type MessageRow,
  type ParticipantRow,
  type PresenterView,
  type ThreadRow,
} from '@threadlog/read-models';
import { frame, placeOf, type Delivery, type Frame } from '../frames';
import { blobsIn, peopleIn, present } from '../presenters';
import type { Collapsed } from './collapse';

/** What showing these changes needs. */
export function neededBy(changes: Collapsed): { blobs: Sealed[]; people: string[] } {
  const rows = sealedBlobsOf([changes.settings ? changes.thread : null, ...changes.messages]);
  return {
    blobs: [...rows, ...changes.events.flatMap(blobsIn)],
    people: [...changes.messages.map(({ sender_id }) => sender_id), ...changes.events.flatMap(peopleIn)],
  };
}

/** The changes as deliveries, by ascending seq. */
export function changedFrames(changes: Collapsed, since: number, view: PresenterView): Delivery[] {
  const { thread } = changes;
  const deliveries = [
    ...changes.messages.map((row) => messageDelivery(row, since, view)),
    ...changes.participants.map(participantDelivery),
    ...changes.events.map((event) => present(event, view)),
  ];
  if (changes.settings) {
    deliveries.push(delivery(thread.thread_id, thread.settings_version, [settingsFrame(thread, view)]));
  }
  return deliveries.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}

function delivery(threadId: string, seq: number, frames: Frame[], messageIndex: number | null = null): Delivery {
  return { threadId, seq, messageIndex, frames };
}

function messageDelivery(row: MessageRow, since: number, view: PresenterView): Delivery {
  const index = rootThreadId(row.thread_id) === row.thread_id ? row.message_index : null;
  return delivery(row.thread_id, row.version, messageFrames(row, since, view), index);
}

function messageFrames(row: MessageRow, since: number, view: PresenterView): Frame[] {
  const about = { messageId: row.message_id, messageIndex: row.message_index };
  const place = { ...placeOf(row.thread_id), seq: row.version };
  if (row.deleted_at !== null) return [frame('message:deleted', { ...place, ...about, deletedAt: row.deleted_at })];
  const message = presentMessage(row, view);
  if (row.created_version > since) return [frame('message:new', message)];
  // Reactions and pins are in the message: the whole of it, so that whatever came to it, clients come to the same.
  const { content, contentState, metadata, attachments, mentions, edit, updatedAt } = message;
  const state = contentState && { contentState };
  const payload = { ...place, ...about, content, ...state, metadata, attachments, mentions, edit, updatedAt, message };
  return [frame('message:updated', payload), frame('message:edited', payload)];
}

function participantDelivery(row: ParticipantRow): Delivery {
  const about = { ...placeOf(row.thread_id), seq: row.version, userId: row.user_id };
  const told = row.removed_at === null ? frame('user:joined', { ...about, role: row.role }) : frame('user:left', about);
  return delivery(row.thread_id, row.version, [told]);
}

function settingsFrame(thread: ThreadRow, { opener }: PresenterView): Frame {
  return frame('conversation:updated', {
    ...placeOf(thread.thread_id),
    seq: thread.settings_version,
    ...readSettings(thread, opener),
    status: thread.status,
    ...(thread.parent_thread_id === null && { agentMode: thread.agent_mode }),
    updatedAt: thread.updated_at,
  });
}
