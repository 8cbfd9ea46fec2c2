/** Whose write it was. */
interface Writer {
  tenantId: string;
  id: string;
}

/** A place in the log. */
interface Position {
  partition: number;
  offset: number;
}

/** Where each actor's latest writes stand, for reads of clients that cannot carry a consistency token. */
export interface LastWrites {
  remember(writer: Writer, position: Position): void;
  /** The last place of each partition that the actor wrote to lately. */
  of(writer: Writer): Position[];
}

export interface LastWritesOptions {
  /** Milliseconds after which a write is forgotten; a minute by default. */
  keptMs?: number;
  /** Most actors remembered; those who wrote longest ago are forgotten first. */
  maxActors?: number;
  /** Monotonic milliseconds. */
  now?: () => number;
}

interface Memory {
  at: number;
  offsets: Map<number, number>;
}

/**
 * Memory of one process: it serves reads of the process that took the writes, and forgets with it. A map keeps the
 * order of insertion, and every write inserts again, so the first entry is always the oldest.
 */
export function createLastWrites(options: LastWritesOptions = {}): LastWrites {
  const { keptMs = 60_000, maxActors = 20_000, now = () => performance.now() } = options;
  const memories = new Map<string, Memory>();
  const keyOf = ({ tenantId, id }: Writer): string => `${tenantId}/${id}`;

  function fresh(key: string): Memory | undefined {
    const memory = memories.get(key);
    if (memory && now() - memory.at <= keptMs) return memory;
    memories.delete(key);
    return undefined;
  }

  return {
    remember(writer, { partition, offset }) {
      const key = keyOf(writer);
      const offsets = fresh(key)?.offsets ?? new Map<number, number>();
      // Answers may overtake each other: an older place never replaces a later one.
      offsets.set(partition, Math.max(offset, offsets.get(partition) ?? 0));
      memories.delete(key);
      memories.set(key, { at: now(), offsets });
      const [oldest] = memories.keys();
      if (memories.size > maxActors && oldest !== undefined) memories.delete(oldest);
    },
    of(writer) {
      const memory = fresh(keyOf(writer));
      return memory ? [...memory.offsets].map(([partition, offset]) => ({ partition, offset })) : [];
    },
  };
}
