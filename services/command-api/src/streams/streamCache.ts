import { streamName, type StreamRef } from '@threadlog/events';
import type { Overlay } from '../ownership/overlay';
import type { ReadModel } from '../ownership/ports';
import { readBesideOverlay } from '../ownership/snapshotRule';
import { createStreamEntry, type StreamEntry } from './streamEntry';

/** How much one partition's owner keeps ready: streams, and parts of each (messages, a user's threads). */
export interface CacheBounds {
  streams: number;
  parts: number;
}

export const CACHE_BOUNDS: CacheBounds = { streams: 2_000, parts: 64 };

/** The streams of one partition as its owner knows them; dropped as a whole with the epoch. */
export interface StreamCache {
  get(stream: StreamRef): StreamEntry | undefined;
  /** Loads a stream; when it resolves, `get` has it. */
  load(stream: StreamRef): Promise<void>;
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
  const max = bounds.streams;
  const entries = new Map<string, StreamEntry>();

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

  return {
    get(stream) {
      const name = streamName(stream);
      const entry = entries.get(name);
      if (entry && entries.size > max / 2) {
        entries.delete(name);
        entries.set(name, entry);
      }
      return entry;
    },
    load(stream) {
      const name = streamName(stream);
      return readBesideOverlay(
        overlay,
        () => readModel.loadStream(stream, partition, windowStart()),
        (snapshot) =>
          remember(name, createStreamEntry(snapshot, overlay.eventsOf(name), { partition, maxParts: bounds.parts })),
      );
    },
  };
}
