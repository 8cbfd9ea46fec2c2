/** What the operations port answers, as docs/operations.md says. */
export interface Memory {
  used: number;
  limit: number;
  heapUsed: number;
  heapLimit: number;
}

export interface KnownProcess {
  id: string;
  url: string;
  version: string;
  roles: string[];
  startedAt: string;
  silentSeconds: number;
  ready: boolean;
  waitsFor: Record<string, string>;
  memory: Memory;
}

export interface Partition {
  partition: number;
  epoch: number | null;
  owner: string | null;
  head: number;
  lagRecords: number;
  lagSeconds: number | null;
}

export interface Deployment {
  at: string;
  processes: KnownProcess[];
  partitions: Partition[];
  generation: number;
  generations: { generation: number; state: string }[];
  quarantine: { parked: number; quarantined: number; closed: number };
  losses: string[];
}

export interface HealthAnswer {
  self: { id: string; ready: boolean; checks: Record<string, string>; notes: Record<string, string> };
  /** Null where a store does not answer. */
  deployment: Deployment | null;
}

export interface Stream {
  key: string;
  partition: number;
  records: number;
  firstOffset: number;
  reason: string;
  since: string;
  parked: boolean;
  closed: boolean;
}

export interface StreamsAnswer {
  generation: number;
  streams: Stream[];
  next: string | null;
}

export interface Waiting {
  partition: number;
  offset: number;
  type: string | null;
  time: string | null;
  bytes: number;
  reason: string;
  quarantinedAt: string;
  discarded: boolean;
}

export interface RecordsAnswer {
  key: string;
  records: Waiting[];
  discarded: { offset: number; reason: string; fault: string; by: string; at: string }[];
  more: boolean;
}

export interface DiscardAnswer {
  outcomes: { generation: number; applied: number; stillParked: { offset: number; reason: string } | null }[];
}
