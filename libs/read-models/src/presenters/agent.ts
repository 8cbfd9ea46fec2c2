import type { AgentResource, Sealed } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { AgentRow, SealedText } from '../projections';
import { openSecret, openSecrets, presentSecrets, type OpenSecret } from './secrets';
import { openColumn } from './view';

/** Where an agent is asked and with what, in the clear. */
export interface OpenAgent {
  url: string;
  /** The newest first, those whose time is over included. */
  secrets: OpenSecret[];
}

type ClearOpener = Pick<Opener, 'open'>;

/** What `opener.prepare` must have seen before an agent is opened. */
export function agentBlobsOf({ url, display_name, secrets }: AgentRow): Sealed[] {
  return [url, display_name, ...secrets.map(({ sealed }) => sealed)].flatMap((sealed) => (sealed ? [{ sealed }] : []));
}

/** An agent in the clear; null where it has no URL, is deleted, or its tenant's keys are gone. */
export function openAgent(opener: ClearOpener, row: AgentRow): OpenAgent | null {
  const url = textOf(opener, row, 'url', row.url);
  const secrets = openSecrets(row.secrets, (sealed) => textOf(opener, row, 'secret', sealed));
  return url === null || secrets === null ? null : { url, secrets };
}

/** One of an agent's secrets in the clear; null where it is not there any more. */
export function openAgentSecret(opener: ClearOpener, row: AgentRow, secretId: string): string | null {
  return openSecret(row.secrets, secretId, (sealed) => textOf(opener, row, 'secret', sealed));
}

/** An agent as every surface shows it: of its secrets the ids alone. */
export function presentAgent(row: AgentRow, opener: ClearOpener): AgentResource {
  return {
    id: row.agent_id,
    url: textOf(opener, row, 'url', row.url),
    displayName: textOf(opener, row, 'display_name', row.display_name),
    trigger: row.trigger,
    contextMessages: row.context_messages,
    timeoutMs: row.timeout_ms,
    secrets: presentSecrets(row.secrets),
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

function textOf(
  opener: ClearOpener,
  { tenant_id: tenantId, agent_id: streamId }: Pick<AgentRow, 'tenant_id' | 'agent_id'>,
  field: 'url' | 'display_name' | 'secret',
  text: SealedText,
): string | null {
  const value = openColumn(opener, text, { tenantId, streamType: 'agent', streamId, field });
  return (value as string | null | undefined) ?? null;
}
