import { createDeque, type Deque } from './deque';

/** An event as it stands in the log, parsed only when somebody asks. */
export interface RingEntry {
  offset: number;
  value: Buffer;
  stream: string;
}

/** The ring's entries by stream, oldest first. */
export interface StreamIndex {
  add(entry: RingEntry): void;
  /** The ring let the oldest entry of the stream go. */
  forgetOldest(stream: string): void;
  of(stream: string): Deque<RingEntry> | undefined;
  lastSeq(stream: string): number | null;
}

/**
 * Streams have no gaps, and everything of a stream that is younger than its oldest entry is here: so one event that can
 * be read numbers all entries of its stream.
 */
export function createStreamIndex(): StreamIndex {
  const streams = new Map<string, Deque<RingEntry>>();
  return {
    add(entry) {
      const known = streams.get(entry.stream);
      if (known) return known.push(entry);
      const stream = createDeque<RingEntry>();
      stream.push(entry);
      streams.set(entry.stream, stream);
    },
    forgetOldest(name) {
      const stream = streams.get(name)!;
      stream.shift();
      if (stream.length === 0) streams.delete(name);
    },
    of: (stream) => streams.get(stream),
    lastSeq(name) {
      const stream = streams.get(name);
      // An undecodable record has its place in the stream all the same: count on from one that can be read.
      for (let back = 0; stream && back < stream.length; back++) {
        const seq = seqOf(stream.at(-1 - back)!);
        if (seq !== null) return seq + back;
      }
      return null;
    },
  };
}

function seqOf({ value }: RingEntry): number | null {
  try {
    const { stream_version: seq } = JSON.parse(value.toString('utf8')) as { stream_version?: unknown };
    return typeof seq === 'number' ? seq : null;
  } catch {
    return null;
  }
}
