import type { CommandRouter } from '@threadlog/commands';
import { ProblemError } from '@threadlog/events';
import { carryOut } from '../actor';
import type { Disable } from './switchOff';

/** Switches endpoints off by a command, which leaves an event and an audit line. One that was deleted is off. */
export function disableBy(router: CommandRouter): Disable {
  return async ({ tenantId, id: webhookId, version: ifMatch }, reason) => {
    if (tenantId === null) throw new Error('the operator’s endpoint is switched off by the operator');
    const result = await carryOut(router, tenantId, {
      type: 'webhook.disable',
      input: { webhookId, reason, ifMatch },
    });
    if (result.ok || result.problem.code === 'not_found') return 'done';
    if (result.problem.code === 'version_mismatch') return 'changed';
    throw new ProblemError(result.problem);
  };
}
