import type * as mongodb from 'mongodb';

const SERVER_SELECTION_MS = 4_000;
/** A server that does not answer for so long is away: the driver's own 30 s would leave operations hanging meanwhile. */
const CONNECT_MS = 10_000;

/**
 * Opens MongoDB: the only place where clients are made. Connects lazily and by itself again; an operation says when it
 * cannot, so what the client itself emits of a broken connection ends nothing. End it with `close()`.
 */
export function createMongo(url: string, options: mongodb.MongoClientOptions = {}): mongodb.MongoClient {
  const driver = loadDriver();
  const client = new driver.MongoClient(url, {
    appName: 'threadlog',
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    connectTimeoutMS: CONNECT_MS,
    ...options,
  });
  return client.on('error', () => undefined);
}

/** The driver takes 18 MB of memory: it is loaded by whoever keeps messages in MongoDB, and nobody else. */
function loadDriver(): typeof mongodb {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import` would load it with this file.
  return require('mongodb') as typeof mongodb;
}
