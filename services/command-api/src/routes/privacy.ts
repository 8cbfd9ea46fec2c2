import { idInputSchema, privacyRequestSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { accepted } from '../http/carryOut';
import { commandRoute, replyTo, writeRoute, type CommandRouteDeps } from '../http/commandRoute';
import { deleteBody, personBody, personOf, subjectIn } from './privacyBodies';

const tags = ['Privacy'];
const requestParams = z.object({ requestId: idInputSchema });
const accepting = { 202: { description: 'The request; the worker carries it out', schema: privacyRequestSchema } };

const askExport = commandRoute({
  method: 'post',
  path: '/api/v1/privacy/export',
  operationId: 'requestExport',
  sends: 'privacy.export',
  summary: 'Ask for all data of a person',
  description:
    'One’s own, a guardian’s learners’, or, with `chat:privacy`, anybody’s. The file is made in the background; look at the ' +
    'request until it is `completed`.',
  tags,
  body: personBody,
  responses: accepting,
  input: ({ body }) => ({ subject: personOf(body) }),
  tell: () => ({ status: 202 }),
});

const askDeletion = commandRoute({
  method: 'post',
  path: '/api/v1/privacy/delete',
  operationId: 'requestDeletion',
  sends: 'privacy.delete',
  summary: 'Ask to erase a person',
  description:
    'After a grace period in which it can be called off, the person’s keys are destroyed, all stores scrubbed and checked, and ' +
    'a signed receipt written. A legal hold puts it off until it is released.',
  tags,
  body: deleteBody,
  responses: accepting,
  input: ({ actor, body }) => ({
    subject: subjectIn(body, actor.tenantId)!,
    reason: body.reason ?? 'subject_request',
    executeAfter: body.executeAfter ?? null,
  }),
  tell: () => ({ status: 202 }),
});

const cancel = commandRoute({
  method: 'delete',
  path: '/api/v1/privacy/requests/{requestId}',
  operationId: 'cancelDeletion',
  sends: 'privacy.cancel',
  summary: 'Call an erasure off',
  description: 'While it has not begun.',
  tags,
  params: requestParams,
  responses: { 204: { description: 'It will not be carried out' } },
  async input({ actor, params: { requestId } }, { lookUps }) {
    const subject = await lookUps.subjectOfDeletion(actor.tenantId, requestId);
    return { requestId, subject };
  },
});

const readmit = writeRoute({
  method: 'post',
  path: '/api/v1/privacy/readmit',
  operationId: 'readmitSubject',
  sends: ['privacy.readmit'],
  summary: 'Let an erased person write again',
  description: 'Under a new key; what was erased stays erased. For privacy officers.',
  tags,
  body: personBody,
  responses: { 204: { description: 'The person may write' } },
  async handler(request, deps) {
    const subject = personOf(request.body);
    const result = await accepted(request, deps, { type: 'privacy.readmit', input: { subject } });
    // The event came first: where this fails, the same request again makes the key.
    await deps.readmit(request.actor.tenantId, subject.id);
    return replyTo(result, deps);
  },
});

export const privacyRoutes: readonly Route<CommandRouteDeps>[] = [askExport, askDeletion, cancel, readmit];
