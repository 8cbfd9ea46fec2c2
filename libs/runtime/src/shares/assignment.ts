/** An instance of a part that reads the log. */
export interface Reader {
  id: string;
  /** Where the operations port of its process is; null where it has none. */
  url: string | null;
}

export interface Readers {
  /** Those that live. */
  readers: readonly Reader[];
  /** Of each partition that has an owner, the operations port of the process that takes its commands. */
  owners: ReadonlyMap<number, string>;
  partitions: number;
}

/**
 * The partitions of each reader, by its id: every partition has one. Readers that live in the processes that take the
 * commands have the partitions of their own process, since they are handed what that one appends without a fetch. Where one
 * of them lives elsewhere, or owns nothing, the partitions are dealt out in turn, so that it has its part of the work. All
 * readers compute the same from the same lists; while they see different ones, a partition may have two readers or none.
 */
export function assignPartitions({ readers, owners, partitions }: Readers): Map<string, Set<number>> {
  const inOrder = [...readers].sort((a, b) => (a.id < b.id ? -1 : 1));
  const homes = homesOf(inOrder, owners);
  const shares = new Map(inOrder.map(({ id }) => [id, new Set<number>()]));
  if (inOrder.length === 0) return shares;
  for (let partition = 0; partition < partitions; partition += 1) {
    const reader = homes?.get(owners.get(partition) ?? '') ?? inOrder[partition % inOrder.length]!;
    shares.get(reader.id)!.add(partition);
  }
  return shares;
}

/** The reader of each process, or null where some reader's process owns no partition. */
function homesOf(readers: readonly Reader[], owners: ReadonlyMap<number, string>): Map<string, Reader> | null {
  const owning = new Set(owners.values());
  const homes = new Map<string, Reader>();
  for (const reader of readers) {
    if (reader.url === null || !owning.has(reader.url) || homes.has(reader.url)) return null;
    homes.set(reader.url, reader);
  }
  return homes;
}
