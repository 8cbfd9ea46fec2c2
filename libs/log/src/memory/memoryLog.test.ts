import { logContract } from '../contract';
import { PARTITIONS } from '../contract/harness';
import { createMemoryLog, type MemoryLog } from './memoryLog';

logContract('memory', {
  open: async () => createMemoryLog({ topic: 'chat.events.v1', partitions: PARTITIONS }),
  appendForeign: async (log, one, timestamp) => void (log as MemoryLog).appendForeign(0, one, timestamp),
});
