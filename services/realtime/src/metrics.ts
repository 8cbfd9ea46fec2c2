import type { Metrics } from '@threadlog/service';
import { Counter, Gauge } from 'prom-client';

/** What the service tells of itself while it runs. */
export interface RealtimeObserver {
  /** A frame went to a room. */
  delivered(): void;
  /** A client was told to fetch a thread again. */
  resynced(): void;
  /** A socket read too slowly. */
  slow(what: 'suspended' | 'disconnected'): void;
  /** An event could not be read or shown. */
  unshown(): void;
  /** A room was told something of what an agent is about to say. */
  draftTold(): void;
}

/** Gauges are asked for when somebody looks. */
export interface RealtimeGauges {
  connections(): number;
  rooms(): number;
  /** Bytes. */
  waiting(): number;
  drafts(): number;
}

export function createRealtimeMetrics(
  { registry }: Pick<Metrics, 'registry'>,
  gauges: RealtimeGauges,
): RealtimeObserver {
  const registers = [registry];
  gauge('realtime_connections', 'Sockets and streams of this instance.', gauges.connections);
  gauge('realtime_rooms', 'Threads that sockets and streams of this instance follow.', gauges.rooms);
  gauge(
    'realtime_waiting_bytes',
    'Bytes that wait in sockets for clients to read them: at most the soft limit times the slow sockets, for more than a moment.',
    gauges.waiting,
  );
  gauge('realtime_drafts', 'Runs of agents that go on, as this instance has heard.', gauges.drafts);
  const deliveries = new Counter({ name: 'realtime_deliveries_total', help: 'Frames sent to rooms.', registers });
  const resyncs = new Counter({
    name: 'realtime_resyncs_total',
    help: 'Times a client was told to fetch a thread again.',
    registers,
  });
  const slow = new Counter({
    name: 'realtime_slow_sockets_total',
    help: 'Sockets taken out of their rooms (suspended), or cut off (disconnected), because they read too slowly.',
    labelNames: ['what'],
    registers,
  });
  const unshown = new Counter({
    name: 'realtime_undecodable_records_total',
    help: 'Records that somebody waited for and that could not be read or shown; their rooms were told to resync.',
    registers,
  });

  const draftFrames = new Counter({
    name: 'realtime_draft_frames_total',
    help: 'Frames sent to rooms about what agents are about to say.',
    registers,
  });

  function gauge(name: string, help: string, read: () => number): void {
    const made: Gauge = new Gauge({ name, help, registers, collect: () => made.set(read()) });
  }

  return {
    delivered: () => deliveries.inc(),
    resynced: () => resyncs.inc(),
    slow: (what) => slow.inc({ what }),
    unshown: () => unshown.inc(),
    draftTold: () => draftFrames.inc(),
  };
}
