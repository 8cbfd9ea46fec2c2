import { rootThreadId, type ChatEvent, type EventType, type TenantId } from '@threadlog/events';
import type { LogBatch, LogRecord } from '@threadlog/log';
import type { createProjectionWait } from '@threadlog/read-models';
import { isTracing, traceOf } from '@threadlog/service';
import { eventsIn } from '../feed/openEvents';
import { candidateOf, type Candidate, type OpenRun } from './asks';
import { happenedSince } from '../webhooks/endpoints/endpoint';
import type { AgentDirectory, Gone } from './directory';
import type { Runs } from './runs';
import type { AgentStore } from './store';
import { asking, type SurroundingsDeps } from './surroundings';

export interface LookDeps extends SurroundingsDeps {
  directory: AgentDirectory;
  /** Up to where the directory knew the log when it was read. */
  directoryFrom: ReadonlyMap<number, number>;
  store: AgentStore;
  runs: Runs;
  /** Where each partition was read to; they move. */
  positions: Awaited<ReturnType<AgentStore['positions']>>;
  projected: Pick<ReturnType<typeof createProjectionWait>, 'until'>;
}

/** With nobody who asks the position is stored so often: what is read again costs little. */
const IDLE_STORE_MS = 1_000;

/** What the log says of registrations. */
const OF_AGENTS: ReadonlySet<string> = new Set<EventType>([
  'CHAT_AGENT_REGISTERED',
  'CHAT_AGENT_UPDATED',
  'CHAT_AGENT_DELETED',
  'CHAT_AGENT_SECRET_ROTATED',
]);
/** Events of threads that begin or end runs. */
const OF_THREADS: ReadonlySet<string> = new Set<EventType>([
  'CHAT_MESSAGE_CREATED',
  'CHAT_AGENT_MODE_CHANGED',
  'CHAT_THREAD_DELETED',
  'CHAT_MESSAGE_DELETED',
  'CHAT_PARTICIPANT_REMOVED',
  'CHAT_PARTICIPANT_ROLE_CHANGED',
]);

/** Looks at what is new: who asks is noted together with the position, and only then asked for. */
export function createLook(deps: LookDeps, signal: AbortSignal): (batch: LogBatch) => Promise<void> {
  const { directory, directoryFrom, store, runs, positions, projected } = deps;
  const storedAt = new Map<number, number>();
  // What lies before is in the directory already, and what came after as well.
  const isNews = ({ partition, offset, headers }: LogRecord): boolean =>
    offset >= (directoryFrom.get(partition) ?? 0) && OF_AGENTS.has(headers.ce_type ?? '');
  return async ({ partition, next, records }) => {
    const from = positions.get(partition)?.offset ?? 0;
    const fresh = records.filter(({ offset }) => offset >= from);
    for (const event of eventsIn(fresh.filter(isNews))) endOf(runs, directory.heard(event));
    const events = eventsIn(fresh.filter((record) => isLookedAt(record, directory)));
    const found = await findAsking(deps, events, () =>
      projected.until(new Map([[partition, next.offset]]), { signal }),
    );
    const now = performance.now();
    if (found.length > 0 || now - (storedAt.get(partition) ?? -Infinity) > IDLE_STORE_MS) {
      await store.advance(partition, next, found);
      storedAt.set(partition, now);
    }
    positions.set(partition, next);
    for (const run of traced(found, fresh)) runs.start(run);
    for (const event of events) endBy(deps, event);
  };
}

/** The same runs, as parts of what asked for them. */
function traced(found: readonly OpenRun[], records: readonly LogRecord[]): readonly OpenRun[] {
  if (found.length === 0 || !isTracing()) return found;
  const traces = tracesOf(records);
  return found.map((run) => ({ ...run, trace: traces.get(run.triggerMessageId) }));
}

/** By message, what the records that brought it are part of. */
function tracesOf(records: readonly LogRecord[]): Map<string, string> {
  const traces = new Map<string, string>();
  for (const record of records) {
    const trace = traceOf(record);
    if (trace === undefined) continue;
    for (const event of eventsIn([record]))
      if (event.event_type === 'CHAT_MESSAGE_CREATED') traces.set(event.data.message_id, trace);
  }
  return traces;
}

/** What asks whom; `projected` resolves once the read model has all of the events. */
async function findAsking(
  deps: LookDeps,
  events: readonly ChatEvent[],
  projected: () => Promise<unknown>,
): Promise<OpenRun[]> {
  const asked = events.map((event) => candidatesOf(event, deps.directory)).filter(({ length }) => length > 0);
  if (asked.length > 0) await projected();
  const found: OpenRun[] = [];
  for (const candidates of asked) found.push(...(await asking(deps, candidates)));
  return found;
}

/** By its headers: most of the log is about tenants that have no agent, or says nothing to those they have. */
function isLookedAt({ headers: { ce_type = '', ce_tenantid } }: LogRecord, directory: AgentDirectory): boolean {
  return OF_THREADS.has(ce_type) && directory.of(ce_tenantid as TenantId).length > 0;
}

/** The message as one that may ask each of its tenant's agents. */
function candidatesOf(event: ChatEvent, directory: AgentDirectory): Candidate[] {
  const agents = directory.of(event.tenant_id).filter(({ since }) => !since || happenedSince(since, event.timestamp));
  return agents.flatMap(({ id }) => candidateOf(event, id) ?? []);
}

function endOf(runs: Runs, gone: Gone | null): void {
  if (gone) runs.end((run) => run.tenantId === gone.tenantId && run.agentId === gone.agentId, 'stopped');
}

/** What takes the ground from under runs. The writer would refuse their answers; this saves the agent the work. */
function endBy({ runs, directory }: Pick<LookDeps, 'runs' | 'directory'>, event: ChatEvent): void {
  const isHere = (run: OpenRun): boolean =>
    run.tenantId === event.tenant_id && rootThreadId(run.threadId) === rootThreadId(event.stream_id);
  switch (event.event_type) {
    case 'CHAT_AGENT_MODE_CHANGED':
      return runs.end((run) => isHere(run) && run.askedAt <= event.timestamp, 'stopped');
    case 'CHAT_THREAD_DELETED':
      return runs.end(isHere, 'stopped');
    case 'CHAT_MESSAGE_DELETED':
      return runs.end((run) => isHere(run) && run.triggerMessageId === event.data.message_id, 'stopped');
    case 'CHAT_PARTICIPANT_REMOVED': {
      const { user_id } = event.data;
      return runs.end((run) => run.agentId === user_id && isHere(run) && run.askedAt <= event.timestamp, 'stopped');
    }
    case 'CHAT_PARTICIPANT_ROLE_CHANGED': {
      const { user_id, role } = event.data;
      const speaks = role === 'agent' || directory.find(event.tenant_id, user_id)?.byRole === false;
      if (!speaks) runs.end((run) => run.agentId === user_id && isHere(run), 'stopped');
    }
  }
}
