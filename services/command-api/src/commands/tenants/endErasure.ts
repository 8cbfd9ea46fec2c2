import { tenantEndErasure } from '@threadlog/commands';
import { happened, UNCHANGED } from '../decision';
import { isWorker, ofTenant, ONLY_WORKER, writer } from '../common';
import { defineCommand } from '../define';
import { tenantOf } from './rules';

/** Ends an erasure that has begun, whatever became of it: what it was about can be held again. */
export const endErasure = defineCommand(tenantEndErasure, {
  stream: ofTenant,
  people: writer,
  refusals: [],
  decide({ requestId }, state, context) {
    if (!isWorker(context.actor)) return ONLY_WORKER;
    if (!tenantOf(state, context).erasing.some(({ request_id }) => request_id === requestId)) return UNCHANGED;
    return happened({ type: 'CHAT_ERASURE_ENDED', data: { request_id: requestId } });
  },
});
