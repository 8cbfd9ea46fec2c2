import { createErrorFromCode } from 'kafkajs/src/protocol/error';
import type { Batch } from './batches';
import { isRetriable } from './brokers';
import type { PartitionOutcome } from './produceRequest';

export interface SortedOutcomes {
  /** With their base offsets; one that the answer does not name has none, and nobody acked it. */
  acked: Batch[];
  offsets: ReadonlyMap<number, number>;
  /** Not appended, as far as this answer says. */
  refused: Batch[];
  /** Why something was refused; what cannot be repeated goes first. */
  cause: Error | null;
}

/** What became of each batch of a request. */
export function sortOutcomes(taken: readonly Batch[], answered: readonly PartitionOutcome[]): SortedOutcomes {
  const outcomes = new Map(answered.map((outcome) => [outcome.partition, outcome]));
  const offsets = new Map<number, number>();
  const acked: Batch[] = [];
  const refused: Batch[] = [];
  let cause: Error | null = null;
  for (const batch of taken) {
    const outcome = outcomes.get(batch.partition);
    if (outcome && outcome.errorCode !== 0) {
      refused.push(batch);
      const error = errorOf(outcome);
      if (!cause || !isRetriable(error)) cause = error;
    } else {
      acked.push(batch);
      if (outcome) offsets.set(batch.partition, outcome.baseOffset);
    }
  }
  return { acked, offsets, refused, cause };
}

/** kafkajs knows which codes are for now only. */
function errorOf({ errorCode, errorMessage, partition }: PartitionOutcome): Error {
  const error = createErrorFromCode(errorCode);
  error.message = `${error.type} for partition ${partition}: ${errorMessage ?? error.message}`;
  return error;
}
