import type { ChatEvent, TenantId } from '@threadlog/events';
import type { Patience } from '@threadlog/outbound';

/** An agent that is asked by request, as far as it says whom it answers. */
export interface AskedAgent {
  id: string;
  /** Which messages ask it: as conversations have it, or what mentions it alone. */
  trigger: 'every' | 'mention';
  /** Messages that it is told, the one that asks it included. */
  contextMessages: number;
  /** It is asked about what was written from then on; null: about everything that is read. */
  since: string | null;
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

/** Which agents there are. */
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

/** The operator's agent in all tenants, or none at all. */
export function operatorsDirectory(agent: OperatorsAgent | null, patience?: Patience): AgentDirectory {
  const asked: AskedAgent[] = agent ? [{ ...pick(agent), trigger: 'every', since: null, byRole: false }] : [];
  const reach: Reach | null = agent && { url: agent.url, trusted: true, secrets: agent.secrets, patience };
  return {
    of: () => asked,
    find: (_tenantId, agentId) => asked.find(({ id }) => id === agentId) ?? null,
    reach: (_tenantId, agentId) => Promise.resolve(agentId === agent?.id ? reach : null),
    heard: () => null,
  };
}

function pick({ id, contextMessages }: OperatorsAgent): Pick<AskedAgent, 'id' | 'contextMessages'> {
  return { id, contextMessages };
}
