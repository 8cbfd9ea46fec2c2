import { MongoClient, type MongoClientOptions } from 'mongodb';

const SERVER_SELECTION_MS = 4_000;

/**
 * Opens MongoDB: the only place where clients are made. Connects lazily and by itself again; an operation says when it
 * cannot, so what the client itself emits of a broken connection ends nothing. End it with `close()`.
 */
export function createMongo(url: string, options: MongoClientOptions = {}): MongoClient {
  const client = new MongoClient(url, {
    appName: 'threadlog',
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    ...options,
  });
  return client.on('error', () => undefined);
}
