import { megabytes } from '../report/result';
import type { Row, RowContext } from './row';

/** Resident memory of each process, after whatever ran before. */
export const memoryRow: Row = {
  name: 'memory',
  title: 'resident memory',
  run({ system }) {
    if (!system.internals) throw new Error('needs a system of its own: not with --url');
    const figures = system.internals
      .processes()
      .map(({ name, usage }) => megabytes(name, usage()?.residentBytes ?? NaN));
    return Promise.resolve({ figures, samples: figures.length, errors: 0 });
  },
};

/** Resident bytes of the service; NaN where it is not ours. */
export function memoryOf({ system }: RowContext): () => number {
  const service = system.internals?.processes().find(({ name }) => name === 'service');
  return () => service?.usage()?.residentBytes ?? NaN;
}
