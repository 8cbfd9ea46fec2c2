import { logContract } from '../contract';
import { PARTITIONS } from '../contract/harness';
import { createMemoryLog } from './memoryLog';

logContract('memory', { open: async () => createMemoryLog({ topic: 'chat.events.v1', partitions: PARTITIONS }) });
