import type { CommandAccepted } from '@threadlog/commands';
import { agentBlobsOf, openAgentSecret, presentAgent } from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { Shown } from '../commands/define';
import { closedAmong, openerWith, type ClearText } from './clearText';

/** An agent as its commands answer it: its secret is there only where the command made one. */
export async function presentShownAgent(
  opener: Opener,
  { row, secretId }: Extract<Shown, { kind: 'agent' }>,
  clear: ClearText,
): Promise<Pick<CommandAccepted, 'resource' | 'location'>> {
  const closed = closedAmong(agentBlobsOf(row), clear);
  if (closed.length > 0) await opener.prepare(row.tenant_id, closed);
  const view = openerWith(opener, clear);
  const secret = secretId === null ? {} : { secret: openAgentSecret(view, row, secretId) };
  return { resource: { ...presentAgent(row, view), ...secret }, location: `/agents/${row.agent_id}` };
}
