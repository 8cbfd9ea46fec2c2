import { streamName } from '@threadlog/events';
import type { DecidedStream } from '@threadlog/read-models';
import type { Overlay } from './overlay';
import type { ReadModel } from './ports';
import { consistentRead } from './consistentRead';
import { createStreamEntry, type StreamEntry } from './streamEntry';

/** How much one partition's owner keeps ready: streams, and parts of each (messages, a user's threads). */
export interface CacheBounds {
  streams: number;
  parts: number;
}

const CACHE_BOUNDS: CacheBounds = { streams: 2_000, parts: 64 };

/** The streams of one partition as its owner knows them; dropped as a whole with the epoch. */
export interface StreamCache {
  get(stream: DecidedStream): StreamEntry | undefined;
  /** Loads a stream; when it resolves, `get` has it. */
  load(stream: DecidedStream): Promise<void>;
  /** Whether the streams of a record key are parked, as far as was heard. */
  isParked(recordKey: string): boolean;
  /** Which keys are parked from now on. Rows may have changed beside the log, so all streams are loaded again. */
  setParked(keys: ReadonlySet<string>): void;
}

export interface StreamCacheOptions {
  partition: number;
  overlay: Overlay;
  readModel: ReadModel;
  /** Timestamp from which on receipts count. */
  windowStart(): string;
  bounds?: CacheBounds;
}

export function createStreamCache(options: StreamCacheOptions): StreamCache {
  const { partition, overlay, readModel, windowStart, bounds = CACHE_BOUNDS } = options;
  const { streams: max, parts: maxParts } = bounds;
  const entries = new Map<string, StreamEntry>();
  /** Those from before the last change of what is parked, which have events in flight. */
  const outdated = new Set<StreamEntry>();
  let parked: ReadonlySet<string> = new Set();
  /** How often it changed what is parked. */
  let changes = 0;

  function remember(name: string, entry: StreamEntry): void {
    entries.set(name, entry);
    if (entries.size <= max) return;
    // One with events in flight must stay: only its entry knows what becomes of them.
    for (const [oldest, candidate] of entries) {
      if (candidate.inFlight || oldest === name) continue;
      entries.delete(oldest);
      return;
    }
  }

  function keep(name: string, entry: StreamEntry): void {
    const before = entries.get(name);
    if (before) outdated.delete(before);
    remember(name, entry);
  }

  return {
    get(stream) {
      const name = streamName(stream);
      const entry = entries.get(name);
      if (entry && outdated.has(entry)) return undefined;
      if (entry && entries.size > max / 2) {
        entries.delete(name);
        entries.set(name, entry);
      }
      return entry;
    },
    async load(stream) {
      const name = streamName(stream);
      // Answers rest on the acks of what is in flight, and only its own entry knows of them.
      await entries.get(name)?.inFlight?.catch(() => undefined);
      for (let loaded = false; !loaded;) {
        const began = changes;
        await consistentRead(
          overlay,
          () => readModel.loadStream(stream, partition, windowStart()),
          (snapshot) => {
            // What was read may be from before the change, and nobody would look again.
            loaded = changes === began;
            if (loaded) keep(name, createStreamEntry(snapshot, overlay.eventsOf(name), { partition, maxParts }));
          },
        );
      }
    },
    isParked: (recordKey) => parked.has(recordKey),
    setParked(keys) {
      parked = keys;
      changes += 1;
      for (const [name, entry] of entries) {
        if (entry.inFlight) outdated.add(entry);
        else entries.delete(name);
      }
    },
  };
}
