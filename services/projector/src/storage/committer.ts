import type { Queryable } from '@threadlog/read-models';
import { createGathering } from '@threadlog/service';
import { isPermanent } from './errors';
import { commitBatch, type BatchWrite } from './commitBatch';
import { commitTogether } from './commitTogether';

/** Writes a batch and moves its checkpoint, or neither: false where the checkpoint stands elsewhere. */
export type Commit = (write: BatchWrite) => Promise<boolean>;

/** Rows of a batch that waits for others; a larger one is worth a statement of its own. */
const MAX_ROWS = 200;
/** Statements under way at a time. */
const AT_ONCE = 2;

interface Waiting {
  write: BatchWrite;
  resolve(moved: boolean): void;
  reject(error: unknown): void;
}

/**
 * Commits of the lanes of one generation. Small batches that come in the same turn share a statement, and while some
 * are under way those that come are gathered for the next, so that a database that is busy with many partitions is
 * given fewer and larger transactions, and one that is not need not wait. Where a database refuses rows for what is in
 * them, each batch is tried alone, and only the one at fault fails; any other fault is that of all.
 */
export function createCommitter(database: Queryable): Commit {
  async function together(group: readonly Waiting[]): Promise<void> {
    try {
      const moved = await commitTogether(
        database,
        group.map(({ write }) => write),
      );
      for (const { write, resolve } of group) resolve(moved.has(write.from.partition));
    } catch (error) {
      if (!isPermanent(error)) return group.forEach(({ reject }) => reject(error));
      for (const one of group) await alone(one);
    }
  }

  const alone = ({ write, resolve, reject }: Waiting): Promise<void> =>
    commitBatch(database, write).then(resolve, reject);

  // Lanes are handed what was fetched in one turn: what they make of it in that turn goes together.
  const gather = createGathering<Waiting>({
    atOnce: AT_ONCE,
    handle: (group) => (group.length === 1 ? alone(group[0]!) : together(group)),
  });

  return (write) => {
    if (!isSmall(write)) return commitBatch(database, write);
    return new Promise((resolve, reject) => gather({ write, resolve, reject }));
  };
}

function isSmall({ changes, quarantined }: BatchWrite): boolean {
  if (quarantined.length > 0) return false;
  let rows = 0;
  for (const of of changes.values()) rows += of.size;
  return rows <= MAX_ROWS;
}
