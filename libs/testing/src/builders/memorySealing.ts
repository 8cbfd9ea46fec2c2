import { randomBytes } from 'node:crypto';
import { createLocalMasterKey, createMemoryKeyStore, createSealing, type SealingService } from '@threadlog/sealing';

/** Real sealing, under keys that live as long as the test. */
export function memorySealing(): SealingService {
  return createSealing({ keyStore: createMemoryKeyStore(), masterKey: createLocalMasterKey(randomBytes(32)) });
}
