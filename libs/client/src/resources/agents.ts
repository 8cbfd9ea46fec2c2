import type { Agent, AgentWithSecret } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

/** All of an agent: what is left out has its default. */
export interface AgentSettings {
  displayName: string;
  /** Where it is asked; without one it is asked nothing. */
  url?: string | null;
  /** After every message where nothing is said. */
  trigger?: Agent['trigger'];
  /** Messages that it is shown, 1 to 100; 20 where nothing is said. */
  contextMessages?: number;
  /** 1,000 to 600,000, which is what counts where nothing is said. */
  timeoutMs?: number;
}

/** `/agents`, for administrators of the tenant, and their runs, for whoever may post. */
export function agentsOf({ get, post, put, del, list }: Verbs) {
  return {
    /** Newest first. */
    list: (query: { limit?: number } & CallOptions = {}): Pages<Agent> => list('/agents', query),
    get: (agentId: string, options: CallOptions = {}): Promise<Agent> => get(path`/agents/${agentId}`, options),
    /** Registers or changes it. The secret comes with the answer that registers it, and with no other. */
    put: (agentId: string, settings: AgentSettings, options: WriteOptions = {}): Promise<Agent | AgentWithSecret> =>
      put(path`/agents/${agentId}`, options, settings),
    /** It is asked no more, also where it is being asked. */
    delete: (agentId: string, options: WriteOptions = {}): Promise<void> => del(path`/agents/${agentId}`, options),
    /** The next secret; the one before signs as well for a day. */
    rotateSecret: (agentId: string, options: WriteOptions = {}): Promise<AgentWithSecret> =>
      post(path`/agents/${agentId}/secret`, options),
    /** Stops what an agent is about to say: what it has said becomes its message. */
    stop: (threadId: string, runId: string, options: WriteOptions = {}): Promise<void> =>
      post(path`/threads/${threadId}/runs/${runId}/stop`, options),
  };
}
