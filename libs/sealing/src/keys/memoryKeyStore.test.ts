import { keyStoreContract } from './keyStore.contract';
import { createMemoryKeyStore } from './memoryKeyStore';

describe('key store in memory', () => {
  const store = createMemoryKeyStore();
  keyStoreContract(() => ({ store, other: store }));
});
