import type { EventLog } from '@threadlog/log';
import {
  describeLoss,
  lossesOf,
  noteLogLoss,
  readKnownLengths,
  type Database,
  type LogLoss,
} from '@threadlog/read-models';
import type { Logger } from '@threadlog/service';

export interface LogLengthDeps {
  database: Database;
  log: EventLog;
  logger: Logger;
}

/**
 * Compares where the log ends with what is known of it, at the start of every process and whenever a reader finds itself
 * beyond the end. A partition that lost records is taken from everybody, so that no number of it is given out twice. With
 * several copies this is said, and nothing more: a broker that was cut off may give an older end, so there the owner
 * decides by where its marker comes to stand. Returns a function that ends it.
 */
export async function guardLogLength(deps: LogLengthDeps): Promise<() => Promise<void>> {
  const { database, log } = deps;
  // In this order: the log only grows, so a sound one is never found short.
  const known = await readKnownLengths(database);
  const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
  for (const loss of lossesOf(known, heads)) await found(deps, loss);
  const end = log.onLoss(({ partition, offset, head }) => {
    const loss = { partition, head, known: offset, knownBy: 'a reader that was there' };
    found(deps, loss).catch((err: unknown) => deps.logger.error({ err, ...loss }, 'the loss could not be noted'));
  });
  return async () => end();
}

async function found({ database, log, logger }: LogLengthDeps, loss: LogLoss): Promise<void> {
  logger.fatal({ ...loss }, describeLoss(loss));
  if (log.replicas === 1) await noteLogLoss(database, loss);
}
