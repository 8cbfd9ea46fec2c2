/** What a topic should be like. */
export interface TopicWanted {
  topic: string;
  /** Copies of each partition. */
  replicas: number;
  /** Milliseconds; -1 for ever. */
  retentionMs: number;
  segmentMs?: number | undefined;
  /** Records after which the broker writes to its disk; undefined leaves it to the broker. */
  flushMessages?: number | undefined;
}

/** What a topic was found to be like. */
export interface TopicFound {
  /** Broker ids of the copies, by partition. */
  replicas: readonly (readonly number[])[];
  settings: ReadonlyMap<string, string>;
}

/** Copies that have to have a record before it is acked; one may then be lost without a loss. */
const MIN_INSYNC = 2;

/** The settings that a topic is created with. */
export function settingsOf({ replicas, retentionMs, segmentMs, flushMessages }: TopicWanted): Record<string, string> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    'retention.bytes': '-1',
    'message.timestamp.type': 'CreateTime',
    ...(segmentMs === undefined ? {} : { 'segment.ms': String(segmentMs) }),
    'unclean.leader.election.enable': 'false',
    ...(replicas > 1 ? { 'min.insync.replicas': String(MIN_INSYNC) } : {}),
    ...(flushMessages === undefined ? {} : { 'flush.messages': String(flushMessages) }),
  };
}

/** Settings that are looked at. */
export const LOOKED_AT = [
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'min.insync.replicas',
  'unclean.leader.election.enable',
  'flush.messages',
];

/** Copies of the partition that has the fewest. */
export function fewestReplicas({ replicas }: TopicFound): number {
  return Math.min(...replicas.map((copies) => copies.length));
}

/** What makes it no log at all, or one that loses its records by design; null where nothing does. */
export function mismatchOf(
  wanted: Pick<TopicWanted, 'topic'> & { retentionMs?: number | undefined },
  found: TopicFound,
): string | null {
  const { topic, retentionMs } = wanted;
  const { settings } = found;
  if (settings.get('cleanup.policy')?.includes('compact')) return `topic ${topic} is compacted`;
  const kept = ['retention.ms', 'retention.bytes'];
  const short = retentionMs === -1 ? kept.find((name) => settings.get(name) !== '-1') : undefined;
  return short ? `topic ${topic} must be kept for ever, but its ${short} is not -1` : null;
}

/** By what an acknowledged record could be lost that need not be, in words that say how to mend it. */
export function weaknessesOf(
  { topic, replicas }: Pick<TopicWanted, 'topic' | 'replicas'>,
  found: TopicFound,
): string[] {
  const { settings } = found;
  const have = fewestReplicas(found);
  const least = Number(settings.get('min.insync.replicas') ?? 1);
  const alter = (setting: string): string =>
    `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${setting}`;
  const weak: string[] = [];
  if (have < replicas)
    weak.push(
      `topic ${topic} has partitions with ${have} of ${replicas} copies: add some with kafka-reassign-partitions.sh, ` +
        `or set KAFKA_REPLICATION_FACTOR=${have} to live with that`,
    );
  if (have > 1 && least < MIN_INSYNC)
    weak.push(`topic ${topic} acks what one broker has: ${alter(`min.insync.replicas=${MIN_INSYNC}`)}`);
  if (have < least) weak.push(`topic ${topic} takes nothing with ${have} copies where min.insync.replicas is ${least}`);
  if (settings.get('unclean.leader.election.enable') === 'true')
    weak.push(
      `topic ${topic} may be led by a broker that lacks records: ${alter('unclean.leader.election.enable=false')}`,
    );
  return weak;
}
