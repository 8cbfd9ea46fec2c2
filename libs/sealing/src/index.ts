export * from './port';
export { SealingError, type SealingErrorCode } from './errors';
export { elapsedClock, type Clock } from './clock';
export { createSealing, MAX_TTL_MS, type SealingOptions, type SealingService } from './sealing';
export { createLocalMasterKey, type MasterKey } from './keys/masterKey';
export * from './keys/keyStore';
export type { KeyAdmin, KeyEvidence } from './keys/admin';
export { createMemoryKeyStore } from './keys/memoryKeyStore';
export { createPostgresKeyStore, migrateKeyStore } from './keys/postgresKeyStore';
