import { setTimeout as delay } from 'node:timers/promises';
import { megabytes, perSecond } from '../report/result';
import { createStock } from '../stock/stock';
import { createTenant, type Person } from '../system/tokens';
import { memoryOf } from './memory';
import type { Row, RowContext, RowMeasures } from './row';

const AUTHOR = 'author';
const THREADS = 100;
const POLL_MS = 50;
const TIMEOUT_MS = 300_000;

/** Of `GET /privacy/requests/{id}`, as far as it is looked at. */
interface Request {
  id: string;
  status: string;
  completedAt: string | null;
  counts: { messages?: number } | null;
  bytes: number | null;
}

/** Everything that one person has written, as a file: how fast, and how much more memory the service takes for it. */
export const exportRow: Row = {
  name: 'export',
  title: 'export of one person',
  async run(context) {
    const { internals, tokens } = context.system;
    if (!internals) throw new Error('needs a system of its own: not with --url');
    const { exportedMessages } = context.pace.stock;
    const tenant = createTenant('export', tokens);
    const stock = createStock(internals, tenant, { threads: THREADS, author: AUTHOR });
    await stock.grow(Math.ceil(exportedMessages / THREADS));
    return measure(context, tenant.person(AUTHOR), stock.messagesEach() * THREADS);
  },
};

async function measure(context: RowContext, person: Person, messages: number): Promise<RowMeasures> {
  const memory = memoryOf(context);
  const before = memory();
  const { world } = context;
  let peak = before;
  const began = performance.now();
  const body = JSON.stringify({ userId: person.userId });
  const asked = await world.write({ method: 'POST', path: '/api/v1/privacy/export', body }, { person, connection: 0 });
  const { id } = JSON.parse(asked.text()) as Request;
  let request: Request | undefined;
  while (!request?.completedAt) {
    if (performance.now() - began > TIMEOUT_MS) throw new Error(`not exported within ${TIMEOUT_MS / 1_000} s`);
    await delay(POLL_MS);
    peak = Math.max(peak, memory());
    const reply = await world.read(`/api/v1/privacy/requests/${id}`, { person, connection: 0 });
    request = JSON.parse(reply.text()) as Request;
  }
  const seconds = (performance.now() - began) / 1_000;
  if (request.status !== 'completed' || request.counts?.messages !== messages)
    throw new Error(`not the export of ${messages} messages: ${JSON.stringify(request)}`);
  return {
    figures: [
      perSecond('messages', messages / seconds),
      megabytes('memory above before', Math.max(peak - before, 1)),
      megabytes('file', request.bytes ?? NaN),
    ],
    samples: messages,
    errors: 0,
  };
}
