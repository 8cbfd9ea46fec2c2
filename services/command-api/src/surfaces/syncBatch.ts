import type { CommandResult } from '@threadlog/commands';
import { MAX_SUBJECT_CHARACTERS } from '@threadlog/events';
import { invalidRequest, type RouteReply } from '@threadlog/service';
import type { z } from 'zod';
import { carryOut, keyOf, type Caller } from '../http/carryOut';
import type { CommandRouteDeps } from '../http/commandRoute';
import type { syncBody } from './schemas';

/** Most users of one request. */
export const MAX_BATCH = 1_000;
/** Commands under way at a time: enough to fill the appender's batches, far below any queue's bound. */
const AT_A_TIME = 64;

interface Batch {
  /** Not checked yet: each item is taken or refused by itself. */
  users: readonly unknown[];
  schema: typeof syncBody;
}

interface Item {
  index: number;
  externalUserId: string | null;
  parsed: z.ZodSafeParseResult<z.output<typeof syncBody>>;
}

interface Synced {
  externalUserId: string | null;
  success: boolean;
  error?: string;
}

/** Takes over many profiles. Those of one user keep their order; different users do not wait for each other. */
export async function syncBatch(caller: Caller, deps: CommandRouteDeps, { users, schema }: Batch): Promise<RouteReply> {
  const items = users.map((user, index): Item => {
    const parsed = schema.safeParse(user);
    return { index, externalUserId: nameIn(user), parsed };
  });
  const results = new Array<Synced>(items.length);
  const queue = [...Map.groupBy(items, ({ index, parsed }) => parsed.data?.externalUserId ?? `#${index}`).values()];
  const work = async (): Promise<void> => {
    for (let group = queue.shift(); group; group = queue.shift()) {
      for (const item of group) results[item.index] = await syncOne(caller, deps, item);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { status: 200, body: { success: results.every(({ success }) => success), results } };
}

async function syncOne(caller: Caller, deps: CommandRouteDeps, item: Item): Promise<Synced> {
  const { index, externalUserId, parsed } = item;
  if (!parsed.success) return { externalUserId, success: false, error: messageOf(parsed.error) };
  const { externalUserId: userId, ...profile } = parsed.data;
  const key = keyOf(caller);
  const command = { type: 'user.sync', input: { userId, ...profile } } as const;
  const result = await carryOut(caller, deps, command, key && `${key}:${index}`);
  return { externalUserId, ...outcomeOf(result) };
}

function outcomeOf(result: CommandResult): Omit<Synced, 'externalUserId'> {
  return result.ok ? { success: true } : { success: false, error: `${result.problem.code}: ${result.problem.detail}` };
}

function messageOf(error: z.ZodError): string {
  const [first] = invalidRequest([{ error }]).errors;
  return `invalid_request: ${first?.pointer ?? ''} ${first?.message ?? ''}`;
}

/** Whom an item is about, in its own words. */
function nameIn(user: unknown): string | null {
  const id = (user as { externalUserId?: unknown } | null)?.externalUserId;
  return typeof id === 'string' ? id.slice(0, 2 * MAX_SUBJECT_CHARACTERS) : null;
}
