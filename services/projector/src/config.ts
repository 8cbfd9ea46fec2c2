import { integer } from '@threadlog/service';

/** Variables of the projector, beside those every process reads. */
export const projectorConfig = {
  PROJECTOR_MAX_TRANSACTIONS: integer(1, 100)
    .prefault('4')
    .describe('Batches of more than a few records written at a time, each on a connection of its own'),
  PROJECTOR_POLL_MS: integer(10, 60_000)
    .prefault('1000')
    .describe('How often to look for new and dropped generations of the read model'),
};
