import { idInputSchema, privacyRequestSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import {
  accepted,
  commandHeaders,
  commandRoute,
  replyTo,
  writeHeaders,
  writeRoute,
  type CommandRouteDeps,
} from '../http/commandRoute';
import { deleteBody, personBody, personOf, subjectIn } from './privacyBodies';

const tags = ['Privacy'];
const requestParams = z.object({ requestId: idInputSchema });
const accepting = {
  202: { description: 'The request; the worker carries it out', schema: privacyRequestSchema, headers: writeHeaders },
};

const askExport = commandRoute<{ headers: typeof commandHeaders; body: typeof personBody }>({
  method: 'post',
  path: '/api/v1/privacy/export',
  operationId: 'requestExport',
  sends: ['privacy.export'],
  summary: 'Ask for all data of a person',
  description:
    'One’s own, a guardian’s learners’, or, with `chat:privacy`, anybody’s. The file is made in the background; look at the ' +
    'request until it is `completed`.',
  tags,
  headers: commandHeaders,
  body: personBody,
  responses: accepting,
  command: ({ body }) => ({ type: 'privacy.export', input: { subject: personOf(body) } }),
  tell: () => ({ status: 202 }),
});

const askDeletion = commandRoute<{ headers: typeof commandHeaders; body: typeof deleteBody }>({
  method: 'post',
  path: '/api/v1/privacy/delete',
  operationId: 'requestDeletion',
  sends: ['privacy.delete'],
  summary: 'Ask to erase a person',
  description:
    'After a grace period in which it can be called off, the person’s keys are destroyed, all stores scrubbed and checked, and ' +
    'a signed receipt written. A legal hold puts it off until it is released.',
  tags,
  headers: commandHeaders,
  body: deleteBody,
  responses: accepting,
  command: ({ actor, body }) => ({
    type: 'privacy.delete',
    input: {
      subject: subjectIn(body, actor.tenantId)!,
      reason: body.reason ?? 'subject_request',
      executeAfter: body.executeAfter ?? null,
    },
  }),
  tell: () => ({ status: 202 }),
});

const cancel = commandRoute<{ params: typeof requestParams; headers: typeof commandHeaders }>({
  method: 'delete',
  path: '/api/v1/privacy/requests/{requestId}',
  operationId: 'cancelDeletion',
  sends: ['privacy.cancel'],
  summary: 'Call an erasure off',
  description: 'While it has not begun.',
  tags,
  params: requestParams,
  headers: commandHeaders,
  responses: { 204: { description: 'It will not be carried out', headers: writeHeaders } },
  async command({ actor, params: { requestId } }, { lookUps }) {
    const subject = await lookUps.subjectOfDeletion(actor.tenantId, requestId);
    return { type: 'privacy.cancel', input: { requestId, subject } };
  },
});

const readmit = writeRoute<{ headers: typeof commandHeaders; body: typeof personBody }>({
  method: 'post',
  path: '/api/v1/privacy/readmit',
  operationId: 'readmitSubject',
  sends: ['privacy.readmit'],
  summary: 'Let an erased person write again',
  description: 'Under a new key; what was erased stays erased. For privacy officers.',
  tags,
  headers: commandHeaders,
  body: personBody,
  responses: { 204: { description: 'The person may write', headers: writeHeaders } },
  async handler(request, deps) {
    const subject = personOf(request.body);
    const result = await accepted(request, deps, { type: 'privacy.readmit', input: { subject } });
    // The event came first: where this fails, the same request again makes the key.
    await deps.readmit(request.actor.tenantId, subject.id);
    return replyTo(result, deps);
  },
});

export const privacyRoutes: readonly Route<CommandRouteDeps>[] = [askExport, askDeletion, cancel, readmit];
