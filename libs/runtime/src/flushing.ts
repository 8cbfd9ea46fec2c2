import type { OperatorConfig } from './config';

/**
 * Records after which a topic with one copy is written to the broker's disk: in production every one, unless somebody
 * decided otherwise. Undefined leaves it to the broker.
 */
export function flushing({
  ENVIRONMENT,
  KAFKA_FLUSH_MESSAGES: wanted,
}: Pick<OperatorConfig, 'ENVIRONMENT' | 'KAFKA_FLUSH_MESSAGES'>): number | undefined {
  if (wanted === 0) return undefined;
  return wanted ?? (ENVIRONMENT === 'production' ? 1 : undefined);
}
