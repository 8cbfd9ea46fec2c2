import { integer } from '@threadlog/service';

/** Variables of the projector, beside those every process reads. */
export const projectorConfig = {
  PROJECTOR_MAX_TRANSACTIONS: integer(1, 100)
    .prefault('4')
    .describe('Batches of more than a few records written at a time, each on a connection of its own'),
  PROJECTOR_POLL_MS: integer(10, 60_000)
    .prefault('1000')
    .describe(
      'Milliseconds between looks for new and dropped generations of the read model, and for other projectors; one that says nothing for two and a half of them loses its partitions to the others',
    ),
  PROJECTOR_FORMER_KEPT_HOURS: integer(0, 8_760)
    .prefault('24')
    .describe(
      'Hours after the start of an upgrade in which it can be gone back; then the former read model is dropped',
    ),
};

/** What the variables say, as the projector wants it. */
export function projectorOptions(config: {
  PROJECTOR_MAX_TRANSACTIONS: number;
  PROJECTOR_POLL_MS: number;
  PROJECTOR_FORMER_KEPT_HOURS: number;
}): { maxTransactions: number; pollMs: number; formerKeptHours: number } {
  return {
    maxTransactions: config.PROJECTOR_MAX_TRANSACTIONS,
    pollMs: config.PROJECTOR_POLL_MS,
    formerKeptHours: config.PROJECTOR_FORMER_KEPT_HOURS,
  };
}
