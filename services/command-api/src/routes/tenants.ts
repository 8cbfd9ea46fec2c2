import { idInputSchema, legalHoldSchema, retentionSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandRoute, type CommandRouteDeps } from '../http/commandRoute';
import { holdBody, retentionBody, subjectIn } from './privacyBodies';

const tags = ['Privacy'];
const holdParams = z.object({ holdId: idInputSchema });

const hold = commandRoute({
  method: 'post',
  path: '/api/v1/privacy/holds',
  operationId: 'setLegalHold',
  sends: 'tenant.hold',
  summary: 'Hold a person, a thread or the tenant',
  description:
    'While a hold stands, neither erasure nor retention touches what it holds. For administrators of privacy.',
  tags,
  body: holdBody,
  responses: { 201: { description: 'The hold', schema: legalHoldSchema.nullable() } },
  input: ({ actor, body }) => ({
    subject: subjectIn(body, actor.tenantId),
    heldThreadId: body.threadId ?? null,
    reason: body.reason,
    reference: body.reference ?? null,
  }),
});

const release = commandRoute({
  method: 'delete',
  path: '/api/v1/privacy/holds/{holdId}',
  operationId: 'releaseLegalHold',
  sends: 'tenant.releaseHold',
  summary: 'Release a legal hold',
  tags,
  params: holdParams,
  responses: { 204: { description: 'It holds no longer' } },
  input: ({ params }) => params,
});

const retain = commandRoute({
  method: 'put',
  path: '/api/v1/privacy/retention',
  operationId: 'setRetention',
  sends: 'tenant.retention',
  summary: 'Say how long messages are kept',
  description: '`days` null keeps them for ever, whatever the deployment says.',
  tags,
  body: retentionBody,
  responses: { 200: { description: 'What holds now', schema: retentionSchema } },
  input: ({ body }) => body,
});

const retainAsUsual = commandRoute({
  method: 'delete',
  path: '/api/v1/privacy/retention',
  operationId: 'resetRetention',
  sends: 'tenant.retention',
  summary: 'Keep messages as long as the deployment does',
  tags,
  responses: { 200: { description: 'What holds now', schema: retentionSchema } },
  input: () => ({ days: 'default' }),
});

export const tenantRoutes: readonly Route<CommandRouteDeps>[] = [hold, release, retain, retainAsUsual];
