export { StackError } from './errors';
export { startKafka, type KafkaOptions } from './kafka';
export { startMongo, type MongoOptions } from './mongo';
export { startPostgres, type PostgresOptions } from './postgres';
export { accepts, freePort, isPortFree } from './ports';
export type { Server } from './server';
export { startStack, type GivenUrls, type Stack, type StackOptions, type StackPorts, type StackUrls } from './stack';
export { waitUntil, type WaitOptions } from './wait';
