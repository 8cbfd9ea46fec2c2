import type { Collection, Db } from 'mongodb';
import { DURABLE, dropCollection } from './mongoCollections';
import { createMongoPrivacyLogs } from './mongoPrivacyLogs';
import { createMongoEdits, scopeFilter } from './mongoEdits';
import { applyRows, restoreRows } from './mongoWrites';
import { fromDocument, messageDocumentId, type MessageDocument } from './mongoDocument';
import type { TenantId } from '@threadlog/events';
import type { MessageStore, MessageText, TextCount, TextScope } from './port';

export interface MongoMessageStoreOptions {
  /** Of a client with `retryWrites` as the server supports it; the store sets the concerns it needs itself. */
  db: Db;
  generation: () => number;
}

/** Name of a generation's collection. */
function messageCollection(generation: number): string {
  return `messages_${generation}`;
}

const TEXT = { tenant_id: 1, thread_id: 1, message_index: 1, content: 1, deleted_at: 1 } as const;
/** Sorts behind every index of a thread: an index has ten digits. */
const END = ':';

/**
 * Messages in MongoDB, one collection a generation. `_id` is tenant, thread and padded index, so that a page is one
 * range of the primary key. Writes wait for the majority: the projector moves its checkpoint on the strength of them.
 */
export function createMongoMessageStore({ db, generation }: MongoMessageStoreOptions): MessageStore {
  const collection = (): Collection<MessageDocument> =>
    db.collection<MessageDocument>(messageCollection(generation()), { writeConcern: DURABLE });
  const privacyLogs = createMongoPrivacyLogs({ db, generation });
  const {
    countTexts,
    takeEdits,
    prepare: prepareEdits,
    drop: dropEdits,
    ...edits
  } = createMongoEdits({ db, generation });
  return {
    kind: 'mongo',
    ...reads(collection),
    ...edits,
    apply: (rows) => applyRows(collection(), rows),
    privacyLogs,
    async countText(tenantId, scope) {
      const { messages, withText } = await countText(collection(), tenantId, scope);
      return { messages, withText: withText + (await countTexts(tenantId, scope)) };
    },
    restore: (writes) => restoreRows(collection(), writes),
    async take(key, before, columns) {
      if (columns.content === null) await takeEdits(key, before);
      await collection().updateOne(
        { _id: messageDocumentId(key), version: { $lt: before } },
        { $set: columns as Partial<MessageDocument> },
      );
    },
    async *all() {
      for await (const document of collection().find().sort({ _id: 1 })) yield fromDocument(document);
    },
    async prepare() {
      await Promise.all([
        collection().createIndex({ tenant_id: 1, message_id: 1 }, { name: 'by_id' }),
        collection().createIndex({ tenant_id: 1, thread_id: 1, version: 1 }, { name: 'by_version' }),
        collection().createIndex({ tenant_id: 1, sender_id: 1 }, { name: 'by_sender' }),
        collection().createIndex({ tenant_id: 1, thread_id: 1, pinned: 1, message_index: 1 }, { name: 'by_pin' }),
        privacyLogs.prepare(),
        prepareEdits(),
      ]);
    },
    async drop() {
      await dropCollection(db, messageCollection(generation()));
      await privacyLogs.drop();
      await dropEdits();
    },
  };
}

type Reads = Pick<
  MessageStore,
  'byKeys' | 'textsOf' | 'page' | 'byIds' | 'byId' | 'changedSince' | 'lastOf' | 'pinned'
>;

async function textsOf(
  collection: Collection<MessageDocument>,
  tenantId: TenantId,
  places: Parameters<MessageStore['textsOf']>[1],
): Promise<MessageText[]> {
  if (places.length === 0) return [];
  const ids = places.map((place) => messageDocumentId({ tenant_id: tenantId, ...place }));
  return collection
    .find({ _id: { $in: ids } }, { projection: TEXT })
    .map(({ _id, ...text }): MessageText => text)
    .toArray();
}

/** What holds a sealed text of any kind. */
const HOLDS_TEXT = [{ content: { $ne: null } }, { metadata: { $ne: null } }, { attachments: { $ne: null } }];

function reads(collection: () => Collection<MessageDocument>): Reads {
  return {
    async byKeys(keys) {
      if (keys.length === 0) return [];
      const ids = keys.map(messageDocumentId);
      return (
        await collection()
          .find({ _id: { $in: ids } })
          .toArray()
      ).map(fromDocument);
    },
    textsOf: (tenantId, places) => textsOf(collection(), tenantId, places),
    async page(tenantId, threadId, options) {
      const first = Math.max(options.visibleFrom ?? 1, (options.after ?? 0) + 1);
      const place = { tenant_id: tenantId, thread_id: threadId };
      const end = options.before
        ? messageDocumentId({ ...place, message_index: options.before })
        : `${tenantId}/${threadId}/${END}`;
      const range = { $gte: messageDocumentId({ ...place, message_index: first }), $lt: end };
      const visible = options.includeDeleted ? {} : { deleted_at: null };
      return collection()
        .find({ _id: range, ...visible })
        .sort({ _id: options.order === 'asc' ? 1 : -1 })
        .limit(options.limit)
        .map(fromDocument)
        .toArray();
    },
    async byIds(tenantId, messageIds) {
      if (messageIds.length === 0) return [];
      const found = collection().find({ tenant_id: tenantId, message_id: { $in: [...messageIds] } });
      return (await found.toArray()).map(fromDocument);
    },
    async byId(tenantId, messageId) {
      const document = await collection().findOne({ tenant_id: tenantId, message_id: messageId });
      return document && fromDocument(document);
    },
    changedSince: (tenantId, threadId, since, limit) =>
      collection()
        .find({ tenant_id: tenantId, thread_id: threadId, version: { $gt: since } })
        .sort({ version: 1 })
        .limit(limit)
        .map(fromDocument)
        .toArray(),
    pinned: (tenantId, threadId, { before, limit, visibleFrom = 1 }) => {
      const index = { $gte: visibleFrom, ...(before !== undefined && { $lt: before }) };
      return collection()
        .find({ tenant_id: tenantId, thread_id: threadId, pinned: true, message_index: index })
        .sort({ message_index: -1 })
        .limit(limit)
        .map(fromDocument)
        .toArray();
    },
    async lastOf(tenantId, threadIds) {
      const page = { limit: 1, order: 'desc' } as const;
      const last = await Promise.all(threadIds.map((threadId) => this.page(tenantId, threadId, page)));
      return last.flat();
    },
  };
}

async function countText(
  collection: Collection<MessageDocument>,
  tenantId: TenantId,
  given: TextScope,
): Promise<TextCount> {
  const scope = scopeFilter(tenantId, given);
  const messages = await collection.countDocuments(scope);
  return { messages, withText: await collection.countDocuments({ ...scope, $or: HOLDS_TEXT }) };
}
