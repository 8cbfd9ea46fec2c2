import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { MessageRow } from '../projections';
import { messageDocumentId, toDocument, type MessageDocument } from './mongoDocument';
import { isBulkWriteError } from './mongoErrors';
import type { MessageWrite } from './port';

const DUPLICATE_KEY = 11_000;

/**
 * Writes whole rows so that the highest version stays, in one unordered bulk. A row that stands already, at any
 * version, makes its insert or upsert fail with a duplicate key; those few are settled by a second, guarded update,
 * which also decides the race of two first writers in favour of the newer row.
 */
export async function applyRows(collection: Collection<MessageDocument>, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  const documents = rows.map(toDocument);
  const standing = await duplicatesOf(() => collection.bulkWrite(documents.map(firstWrite), { ordered: false }));
  if (standing.length === 0) return;
  const updates = standing.map((index) => guardedUpdate(documents[index] as MessageDocument, false));
  await collection.bulkWrite(updates, { ordered: false });
}

/** Puts messages back as they were before a write, where that write is the last one. */
export async function restoreRows(
  collection: Collection<MessageDocument>,
  writes: readonly MessageWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  const operations = writes.map(({ written, before }): AnyBulkWriteOperation<MessageDocument> => {
    const filter = { _id: messageDocumentId(written), version: written.version };
    return before ? { replaceOne: { filter, replacement: toDocument(before) } } : { deleteOne: { filter } };
  });
  await collection.bulkWrite(operations, { ordered: false });
}

/** A document that a newer state replaces: by version, whatever the order of deliveries. */
export interface VersionedDocument {
  _id: string;
  version: number;
}

/** Writes whole documents so that the highest version stays: for rows of which most stand already. */
export async function upsertHigher<Document extends VersionedDocument>(
  collection: Collection<Document>,
  documents: readonly Document[],
): Promise<void> {
  if (documents.length === 0) return;
  // One that stands at this or a higher version makes its upsert fail; of two first writers the older may win.
  const standing = await duplicatesOf(() =>
    collection.bulkWrite(
      documents.map((document) => guardedUpdate(document, true)),
      { ordered: false },
    ),
  );
  if (standing.length === 0) return;
  const updates = standing.map((index) => guardedUpdate(documents[index]!, false));
  await collection.bulkWrite(updates, { ordered: false });
}

/** A message just created is most likely new; anything else most likely stands. */
function firstWrite(document: MessageDocument): AnyBulkWriteOperation<MessageDocument> {
  if (document.version === document.created_version) return { insertOne: { document } };
  return guardedUpdate(document, true);
}

function guardedUpdate<Document extends VersionedDocument>(
  document: Document,
  upsert: boolean,
): AnyBulkWriteOperation<Document> {
  const { _id, ...fields } = document;
  const update = {
    filter: { _id, version: { $lt: document.version } },
    update: { $set: fields },
    upsert,
  };
  // The driver's types cannot follow a document whose fields are not known here.
  return { updateOne: update } as unknown as AnyBulkWriteOperation<Document>;
}

/** Indexes of the operations that met a standing document. Rejects when anything else went wrong. */
async function duplicatesOf(bulk: () => Promise<unknown>): Promise<number[]> {
  try {
    await bulk();
    return [];
  } catch (error) {
    if (!isBulkWriteError(error) || error.result.getWriteConcernError()) throw error;
    // A connection that breaks comes as an error of the bulk, too, with a code of its own or none, whatever met a document
    // before it: nothing is known of the rest then.
    if (error.code !== DUPLICATE_KEY) throw error;
    const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    if (errors.length === 0 || errors.some((failed) => failed.code !== DUPLICATE_KEY)) throw error;
    return errors.map((failed) => failed.index);
  }
}
