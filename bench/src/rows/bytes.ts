import { bytes, count, type Figure } from '../report/result';
import { openDisk, type Disk, type Kept, type TableBytes } from '../system/disk';
import type { Room } from '../world';
import type { Row, RowContext } from './row';

const ROOMS = 20;
const MEMBERS = 4;
const TOGETHER = 32;
/** Tables with fewer bytes a message are not named: they do not grow with messages. */
const NAMED_FROM = 5;

/**
 * Bytes that a message takes in the log, in the read model and in the write-ahead log: first one at a time, then many
 * together, which share batches. Whole pages in the write-ahead log are left out, as they come with checkpoints of the clock.
 */
export const bytesRow: Row = {
  name: 'bytes',
  title: 'bytes of a message',
  async run(context) {
    const { internals } = context.system;
    if (!internals) throw new Error('needs a system of its own: not with --url');
    const disk = await openDisk(internals);
    try {
      const rooms = await context.world.rooms(ROOMS, MEMBERS);
      const samples = context.pace.countedMessages;
      const before = await settled(context, { disk, rooms });
      const alone = await post(context, { disk, rooms, messages: samples / 2, inFlight: 1 });
      const together = await post(context, { disk, rooms, messages: samples / 2, inFlight: TOGETHER });
      const figures = [
        ...(await loggedFigures(disk, [before, alone], 'alone')),
        ...(await loggedFigures(disk, [alone, together], `${TOGETHER} in flight`)),
        ...tableFigures(before, together),
      ];
      return { figures, samples, errors: 0 };
    } finally {
      await disk.close();
    }
  },
};

interface Place {
  disk: Disk;
  rooms: readonly Room[];
}
/** What is kept, and how many messages had been posted by then. */
type Counted = Kept & { posted: number };

async function settled({ world }: RowContext, { disk, rooms }: Place): Promise<Counted> {
  await world.settle(rooms);
  await disk.indexed();
  return { ...(await disk.kept()), posted: world.posted() };
}

async function post(
  context: RowContext,
  { messages, inFlight, ...place }: Place & { messages: number; inFlight: number },
): Promise<Counted> {
  const { rooms } = place;
  let left = messages;
  const write = async (worker: number): Promise<void> => {
    while (left-- > 0) await context.world.post(rooms[left % rooms.length]!, worker);
  };
  await Promise.all(Array.from({ length: inFlight }, (_none, worker) => write(worker)));
  return settled(context, place);
}

async function loggedFigures(disk: Disk, [from, to]: [Counted, Counted], when: string): Promise<Figure[]> {
  const messages = to.posted - from.posted;
  const written = await disk.written(from, to);
  return [
    bytes(`log, ${when}`, (to.log - from.log) / messages),
    bytes(`WAL, ${when}`, written.bytes / messages),
    count(`WAL records, ${when}`, written.records / messages),
  ];
}

function tableFigures(from: Counted, to: Counted): Figure[] {
  const messages = to.posted - from.posted;
  const named: Figure[] = [];
  let sum = 0;
  for (const [name, { rows, indexes }] of to.tables) {
    const { rows: rowsBefore, indexes: indexesBefore }: TableBytes = from.tables.get(name) ?? { rows: 0, indexes: 0 };
    const grown = { rows: (rows - rowsBefore) / messages, indexes: (indexes - indexesBefore) / messages };
    sum += grown.rows + grown.indexes;
    if (grown.rows >= NAMED_FROM) named.push(bytes(name, grown.rows));
    if (grown.indexes >= NAMED_FROM) named.push(bytes(`${name} indexes`, grown.indexes));
  }
  return [bytes('read model', sum), ...named];
}
