import type { ChatEvent, TenantId } from '@threadlog/events';
import { CONVERSATION_PATIENCE, type Patience } from '@threadlog/outbound';
import { foldAgent, type AgentRow } from '@threadlog/read-models';
import { openedAgent, type OpeningDeps } from './opened';

/** An agent that is asked by request, as far as it says whom it answers. */
export interface AskedAgent {
  id: string;
  /** Which messages ask it: as conversations have it, or what mentions it alone. */
  trigger: 'every' | 'mention';
  /** Messages that it is told, the one that asks it included. */
  contextMessages: number;
  /** It is asked about what was written from then on; null: about everything that is read. */
  since: Date | null;
  /** Asked only where its place has the role of an agent, so that a person of its id is nobody's voice. */
  byRole: boolean;
}

/** Where an agent is asked, and with what. */
export interface Reach {
  url: string;
  /** The operator's own address. */
  trusted: boolean;
  /** Those that sign now, the newest first. */
  secrets: readonly string[];
  patience?: Patience | undefined;
}

/** An agent that is not asked any more as it was. */
export interface Gone {
  tenantId: TenantId;
  agentId: string;
}

/** Which agents there are. A tenant's own comes before the operator's of the same id, also while it is asked nothing. */
export interface AgentDirectory {
  /** Those that are asked in a tenant, each id once. */
  of(tenantId: TenantId): readonly AskedAgent[];
  find(tenantId: TenantId, agentId: string): AskedAgent | null;
  /** Null where it cannot be asked: it has gone, or what it is asked with does not open. */
  reach(tenantId: TenantId, agentId: string, now: Date): Promise<Reach | null>;
  /** Takes what the log says of agents; whom it ends. */
  heard(event: ChatEvent): Gone | null;
}

/** The agent that the operator configured. */
export interface OperatorsAgent {
  id: string;
  url: string;
  secrets: readonly string[];
  contextMessages: number;
}

export interface DirectoryDeps extends OpeningDeps {
  agent: OperatorsAgent | null;
  patience?: Patience;
}

/** Agents as the read model has them at the start, `rows`, and from then on as the log says. */
export function createDirectory(deps: DirectoryDeps, rows: Iterable<AgentRow>): AgentDirectory {
  const { agent } = deps;
  const operators: readonly AskedAgent[] = agent ? [operatorsOf(agent)] : [];
  const known = new Map<TenantId, Map<string, AgentRow>>();
  const asked = new Map<TenantId, readonly AskedAgent[]>();

  const rowOf = (tenantId: TenantId, id: string): AgentRow | null => known.get(tenantId)?.get(id) ?? null;
  const live = (row: AgentRow | null): AgentRow | null => (row?.deleted_at === null ? row : null);

  function put(row: AgentRow): void {
    const all = known.get(row.tenant_id) ?? new Map<string, AgentRow>();
    known.set(row.tenant_id, all.set(row.agent_id, row));
    const own = [...all.values()].filter(live);
    const others = operators.filter(({ id }) => !own.some(({ agent_id }) => agent_id === id));
    asked.set(row.tenant_id, [...own.flatMap(askedAs), ...others]);
  }
  const of = (tenantId: TenantId): readonly AskedAgent[] => asked.get(tenantId) ?? operators;
  for (const row of rows) put(row);

  return {
    of,
    find: (tenantId, agentId) => of(tenantId).find(({ id }) => id === agentId) ?? null,
    reach(tenantId, agentId, now) {
      const row = live(rowOf(tenantId, agentId));
      if (row) return reachOf(deps, row, now);
      const { url, secrets } = agentId === agent?.id ? agent : NOBODY;
      return Promise.resolve(url === null ? null : { url, secrets, trusted: true, patience: deps.patience });
    },
    heard(event) {
      const { tenant_id: tenantId, stream_id: agentId } = event;
      const before = rowOf(tenantId, agentId);
      const after = foldAgent(before, event);
      if (!after || after === before) return null;
      const was = of(tenantId).find(({ id }) => id === agentId);
      put(after);
      const now = of(tenantId).find(({ id }) => id === agentId);
      return was && was.byRole !== now?.byRole ? { tenantId, agentId } : null;
    },
  };
}

const NOBODY = { url: null, secrets: [] } as const;

function operatorsOf({ id, contextMessages }: OperatorsAgent): AskedAgent {
  return { id, contextMessages, trigger: 'every', since: null, byRole: false };
}

function askedAs({ agent_id: id, trigger, context_messages, asked_since }: AgentRow): AskedAgent[] {
  if (asked_since === null || trigger === 'off') return [];
  return [{ id, trigger, contextMessages: context_messages, since: new Date(asked_since), byRole: true }];
}

async function reachOf(deps: DirectoryDeps, row: AgentRow, now: Date): Promise<Reach | null> {
  const opened = await openedAgent(deps, row, now);
  if (!opened) return null;
  const { firstByteMs, idleMs } = CONVERSATION_PATIENCE;
  const within = (ms: number): number => Math.min(ms, row.timeout_ms);
  const times = { firstByteMs: within(firstByteMs), idleMs: within(idleMs), totalMs: row.timeout_ms };
  return { ...opened, trusted: false, patience: { ...CONVERSATION_PATIENCE, ...times } };
}
