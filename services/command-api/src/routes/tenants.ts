import { idInputSchema, legalHoldSchema, retentionSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandHeaders, commandRoute, writeHeaders, type CommandRouteDeps } from '../http/commandRoute';
import { holdBody, retentionBody, subjectIn } from './privacyBodies';

const tags = ['Privacy'];
const holdParams = z.object({ holdId: idInputSchema });

const hold = commandRoute<{ headers: typeof commandHeaders; body: typeof holdBody }>({
  method: 'post',
  path: '/api/v1/privacy/holds',
  operationId: 'setLegalHold',
  sends: ['tenant.hold'],
  summary: 'Hold a person, a thread or the tenant',
  description:
    'While a hold stands, neither erasure nor retention touches what it holds. For administrators of privacy.',
  tags,
  headers: commandHeaders,
  body: holdBody,
  responses: { 201: { description: 'The hold', schema: legalHoldSchema.nullable(), headers: writeHeaders } },
  command: ({ actor, body }) => ({
    type: 'tenant.hold',
    input: {
      subject: subjectIn(body, actor.tenantId),
      heldThreadId: body.threadId ?? null,
      reason: body.reason,
      reference: body.reference ?? null,
    },
  }),
});

const release = commandRoute<{ params: typeof holdParams; headers: typeof commandHeaders }>({
  method: 'delete',
  path: '/api/v1/privacy/holds/{holdId}',
  operationId: 'releaseLegalHold',
  sends: ['tenant.releaseHold'],
  summary: 'Release a legal hold',
  tags,
  params: holdParams,
  headers: commandHeaders,
  responses: { 204: { description: 'It holds no longer', headers: writeHeaders } },
  command: ({ params }) => ({ type: 'tenant.releaseHold', input: params }),
});

const retain = commandRoute<{ headers: typeof commandHeaders; body: typeof retentionBody }>({
  method: 'put',
  path: '/api/v1/privacy/retention',
  operationId: 'setRetention',
  sends: ['tenant.retention'],
  summary: 'Say how long messages are kept',
  description: '`days` null keeps them for ever, whatever the deployment says.',
  tags,
  headers: commandHeaders,
  body: retentionBody,
  responses: { 200: { description: 'What holds now', schema: retentionSchema, headers: writeHeaders } },
  command: ({ body }) => ({ type: 'tenant.retention', input: body }),
});

const retainAsUsual = commandRoute<{ headers: typeof commandHeaders }>({
  method: 'delete',
  path: '/api/v1/privacy/retention',
  operationId: 'resetRetention',
  sends: ['tenant.retention'],
  summary: 'Keep messages as long as the deployment does',
  tags,
  headers: commandHeaders,
  responses: { 200: { description: 'What holds now', schema: retentionSchema, headers: writeHeaders } },
  command: () => ({ type: 'tenant.retention', input: { days: 'default' } }),
});

export const tenantRoutes: readonly Route<CommandRouteDeps>[] = [hold, release, retain, retainAsUsual];
