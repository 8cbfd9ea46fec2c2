import { latency, runLoad, type Pace } from '../driver/load';
import { messagesPath, type Room, type World } from '../world';
import type { Row } from './row';

const EDITORS = 4;
/** As many as a message takes; then comes the next. */
const EDITS = 100;
const LONG = 'A long text that is edited again and again. '.repeat(728).slice(0, 32_000);

/** From posting until a read shows it: alone, and while others edit the longest messages as often as they may. */
export const besideEditsRow: Row = {
  name: 'beside-edits',
  title: 'post and read beside long edits',
  async run({ world, pace }) {
    const quiet = await world.room('quiet', []);
    const loud: Room[] = [];
    for (let at = 0; at < EDITORS; at++) loud.push(await world.room(`loud-${at}`, []));
    await world.settle([quiet, ...loud]);
    const alone = await visible(world, quiet, pace);
    const end = new AbortController();
    const editing = Promise.all(loud.map((room, at) => edit(world, room, { connection: at + 1, until: end.signal })));
    const beside = await visible(world, quiet, pace).finally(() => end.abort());
    await editing;
    const figures = [alone, beside].flatMap((measured, at) => {
      const when = at === 0 ? 'alone' : 'beside';
      return [latency(measured, 50, `p50 ${when}`), latency(measured, 99, `p99 ${when}`)];
    });
    const problem = alone.problem ?? beside.problem;
    return { figures, samples: alone.samples + beside.samples, errors: alone.errors + beside.errors, problem };
  },
};

function visible(world: World, room: Room, pace: Pace) {
  const person = room.members[0]!;
  return runLoad({
    workers: 1,
    pace,
    async step() {
      const { consistencyToken } = await world.post(room, 0);
      const path = `${messagesPath(room.threadId)}?limit=1`;
      await world.read(path, { person, connection: 0, consistencyToken: consistencyToken ?? undefined });
    },
  });
}

async function edit(
  world: World,
  room: Room,
  { connection, until }: { connection: number; until: AbortSignal },
): Promise<void> {
  const person = room.members[0]!;
  while (!until.aborted) {
    const reply = await world.post(room, connection, { content: LONG });
    const { id } = JSON.parse(reply.text()) as { id: string };
    for (let count = 1; count <= EDITS && !until.aborted; count++) {
      const body = JSON.stringify({ content: `${count} ${LONG}`.slice(0, LONG.length) });
      await world.write({ method: 'PUT', path: `${messagesPath(room.threadId)}/${id}`, body }, { person, connection });
    }
  }
}
