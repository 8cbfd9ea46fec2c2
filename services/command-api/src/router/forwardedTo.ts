import type { CommandRequest } from '@threadlog/commands';
import { unlessShed, type Runtime } from '@threadlog/runtime';
import { onBehalfOf } from '@threadlog/service';
import type { LocalRouter } from './commandRouter';

/** The way of commands that other instances hand on: what they cost here is their tenants' here too. */
export function forwardedTo(router: LocalRouter, shedding: Runtime['shedding']): LocalRouter {
  function taken<T>(request: CommandRequest, carryOut: () => Promise<T>) {
    const { tenantId } = request.actor;
    return onBehalfOf({ tenantId, surface: 'forwarded' }, () => unlessShed(shedding, request, carryOut));
  }
  return {
    execute: (request) => taken(request, () => router.execute(request)),
    executeHere: (request, generation) => taken(request, () => router.executeHere(request, generation)),
  };
}
