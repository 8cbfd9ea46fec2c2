import { latency, runLoad, type Measured } from '../driver/load';
import type { Figure } from '../report/result';
import { BUSY_USER, PLAIN_USER, type Stock } from '../stock/stock';
import { wordOf } from '../stock/words';
import type { Person } from '../system/tokens';
import type { Row, RowContext, RowMeasures } from './row';

/** Rows that read in a tenant which has been in use: lists among many threads, search among many messages. */
const PAGE = 50;
const FOUND = 20;
/** Changes that a client has missed. */
const MISSED = 20;

interface Reader {
  person: Person;
  /** Taken turn by turn. */
  paths: readonly string[];
  /** Checks the first answer to each path: what is fast must be right, too. */
  check(body: Record<string, unknown>, path: string): boolean;
}

/** One request in flight; what a path answers is looked at once. */
async function readBy({ world, pace, meter }: RowContext, { person, paths, check }: Reader): Promise<Measured> {
  for (const path of paths) {
    const reply = await world.read(path, { person, connection: 0 });
    const body = JSON.parse(reply.text()) as Record<string, unknown>;
    if (!check(body, path)) throw new Error(`${path} answered ${reply.text().slice(0, 200)}`);
  }
  let turn = 0;
  const step = async (): Promise<void> => {
    await world.read(paths[turn++ % paths.length]!, { person, connection: 0 });
  };
  return runLoad({ workers: 1, pace, meter, step });
}

const three = (measured: Measured): Figure[] => [50, 95, 99].map((percent) => latency(measured, percent));

function added(figures: Figure[], all: readonly Measured[]): RowMeasures {
  return {
    figures,
    samples: all.reduce((sum, { samples }) => sum + samples, 0),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    problem: all.find(({ problem }) => problem)?.problem,
  };
}

const sizeOf = (body: Record<string, unknown>, items: string): number =>
  (body[items] as unknown[] | undefined)?.length ?? 0;

async function listStock(context: RowContext): Promise<Stock> {
  const stock = context.stock();
  const { threads, messages } = context.pace.stock;
  await stock.grow(messages / threads);
  return stock;
}

const manyThreads: Row = {
  name: 'threads-many',
  title: `list of ${PAGE} among many threads`,
  async run(context) {
    const { tenant } = await listStock(context);
    const paths = [`/api/v1/threads?limit=${PAGE}`];
    const least = Math.min(PAGE, context.pace.stock.threads);
    const list = (user: string, size: number) =>
      readBy(context, { person: tenant.person(user), paths, check: (body) => sizeOf(body, 'threads') === size });
    const busy = await list(BUSY_USER, least);
    const few = Math.ceil(context.pace.stock.threads / 20);
    const plain = await list(PLAIN_USER, Math.min(PAGE, few));
    return added(
      [...three(busy), latency(plain, 50, `p50, in ${few}`), latency(plain, 95, `p95, in ${few}`)],
      [busy, plain],
    );
  },
};

const unread: Row = {
  name: 'unread',
  title: 'unread in all threads',
  async run(context) {
    const { tenant } = await listStock(context);
    const measured = await readBy(context, {
      person: tenant.person(BUSY_USER),
      paths: ['/api/v1/unread'],
      check: (body) => sizeOf(body, 'threads') === Math.floor((context.pace.stock.threads * 3) / 4),
    });
    return added(three(measured), [measured]);
  },
};

const changes: Row = {
  name: 'changes',
  title: `${MISSED} changes since a seq`,
  async run(context) {
    const { tenant, threads, messagesEach } = await listStock(context);
    // A thread's creation has the first seq, its messages have the following.
    const since = Math.max(1, messagesEach() + 1 - MISSED);
    const measured = await readBy(context, {
      person: tenant.person(BUSY_USER),
      paths: threads.slice(-PAGE).map(({ threadId }) => `/api/v1/threads/${threadId}/changes?since=${since}`),
      check: (body) => sizeOf(body, 'messages') === Math.min(MISSED, messagesEach()),
    });
    return added(three(measured), [measured]);
  },
};

/** Different words of each kind: whoever searches next looks for something else, in texts that were not just opened. */
const VARIANTS = 10;

/** Words from one that most texts have to one that few have, and two together. */
const QUERIES = Array.from({ length: VARIANTS }, (_none, n) => [
  [1 + (n % 3)],
  [4 + n],
  [20 + 2 * n],
  [100 + 5 * n],
  [500 + 10 * n],
  [2_000 + 20 * n],
  [3, 200 + 5 * n],
  [30 + n, 60 + n],
])
  .flat()
  .map((ranks) => ranks.map(wordOf).join('+'));

const search: Row = {
  name: 'search',
  title: 'search, words of all kinds',
  async run(context) {
    const stock = context.stock();
    const { threads, searchedMessages } = context.pace.stock;
    await stock.grow(searchedMessages / threads);
    const paths = QUERIES.map((words) => `/api/v1/search?limit=${FOUND}&q=${words}`);
    const check = (body: Record<string, unknown>, path: string): boolean =>
      Array.isArray(body.items) && (body.items.length > 0 || path !== paths[0]);
    const by = (user: string) => readBy(context, { person: stock.tenant.person(user), paths, check });
    const [busy, plain] = [await by(BUSY_USER), await by(PLAIN_USER)];
    const few = Math.ceil(threads / 20);
    return added(
      [...three(busy), latency(plain, 50, `p50, in ${few}`), latency(plain, 95, `p95, in ${few}`)],
      [busy, plain],
    );
  },
};

/** In this order: the last one makes the stock larger. */
export const stockedRows: Row[] = [manyThreads, unread, changes, search];
