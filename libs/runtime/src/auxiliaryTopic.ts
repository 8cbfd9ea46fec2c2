/** A topic beside the events; the configured prefix goes in front of its name. */
export interface AuxiliaryTopic {
  name: string;
  partitions: number;
  /** Milliseconds; -1 for ever, which a topic that is there is then held to. */
  retentionMs: number;
  /** Milliseconds after which a new segment begins: retention takes whole segments. The broker's default if not given. */
  segmentMs?: number;
}
