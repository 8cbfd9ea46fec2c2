import type { TenantId } from '@threadlog/events';
import type { Collection, Db } from 'mongodb';
import type { MessageEditRow } from '../projections';
import { DURABLE, dropCollection } from './mongoCollections';
import { messageDocumentId } from './mongoDocument';
import { upsertHigher } from './mongoWrites';
import type { MessageKey, MessageStore, TextScope } from './port';

type EditDocument = MessageEditRow & { _id: string };

/** Name of a generation's collection of former texts. */
function messageEditCollection(generation: number): string {
  return `message_edits_${generation}`;
}

export interface MongoEdits extends Pick<
  MessageStore,
  'applyEdits' | 'editsOf' | 'editsOfEach' | 'allEdits' | 'prepare' | 'drop'
> {
  /** Former texts in the scope that hold text. */
  countTexts(tenantId: TenantId, scope: TextScope): Promise<number>;
  /** Takes the text of a message's former texts away, as far as their version is lower than `before`. */
  takeEdits(message: MessageKey, before: number): Promise<void>;
}

/** Former texts in MongoDB, a document each; `_id` is the message's, and the place among its former texts. */
export function createMongoEdits({ db, generation }: { db: Db; generation: () => number }): MongoEdits {
  const collection = (): Collection<EditDocument> =>
    db.collection<EditDocument>(messageEditCollection(generation()), { writeConcern: DURABLE });
  return {
    applyEdits: (rows) => upsertHigher(collection(), rows.map(toDocument)),
    editsOf(message, { after = -1, limit }) {
      return collection()
        .find({ ...ofMessage(message), edit: { $gt: after, $lt: message.edit }, content: { $ne: null } })
        .sort({ edit: 1 })
        .limit(limit)
        .map(fromDocument)
        .toArray();
    },
    async editsOfEach(tenantId, messages) {
      if (messages.length === 0) return [];
      const each = messages.map((message) => ({
        ...ofMessage({ ...message, tenant_id: tenantId }),
        edit: { $lt: message.edit },
      }));
      return collection()
        .find({ $or: each, content: { $ne: null } })
        .sort({ edit: 1 })
        .map(fromDocument)
        .toArray();
    },
    async *allEdits() {
      for await (const document of collection().find().sort({ _id: 1 })) yield fromDocument(document);
    },
    countTexts: (tenantId, scope) =>
      collection().countDocuments({ ...scopeFilter(tenantId, scope), content: { $ne: null } }),
    async takeEdits(message, before) {
      await collection().updateMany({ ...ofMessage(message), version: { $lt: before } }, { $set: { content: null } });
    },
    async prepare() {
      await Promise.all([
        collection().createIndex({ tenant_id: 1, sender_id: 1 }, { name: 'by_sender' }),
        collection().createIndex({ tenant_id: 1, thread_id: 1 }, { name: 'by_thread' }),
      ]);
    },
    drop: () => dropCollection(db, messageEditCollection(generation())),
  };
}

/** What belongs to a scope, in any collection of messages or of parts of them. */
export function scopeFilter(tenantId: TenantId, { senderId, threadIds }: TextScope) {
  return {
    tenant_id: tenantId,
    ...(senderId !== undefined && { sender_id: senderId }),
    ...(threadIds !== undefined && { thread_id: { $in: [...threadIds] } }),
  };
}

/** The documents of a message are one range of ids: `0` is the character behind `/`. */
function ofMessage(message: MessageKey) {
  const id = messageDocumentId(message);
  return { _id: { $gte: `${id}/`, $lt: `${id}0` } };
}

function toDocument(row: MessageEditRow): EditDocument {
  return { _id: `${messageDocumentId(row)}/${String(row.slot).padStart(3, '0')}`, ...row };
}

function fromDocument({ _id, ...row }: EditDocument): MessageEditRow {
  return row;
}
