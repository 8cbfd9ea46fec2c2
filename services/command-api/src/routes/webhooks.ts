import { mayManageWebhooks } from '@threadlog/auth';
import { webhookRegisterSchema, webhookUpdateSchema } from '@threadlog/commands';
import { webhookSchema, webhookWithSecretSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { requireChange } from '../http/bodyRules';
import { commandRoute, type CommandRouteDeps } from '../http/commandRoute';

const tags = ['Webhooks'];
const webhookParams = z.object({ webhookId: webhookUpdateSchema.shape.webhookId });
const registerBody = webhookRegisterSchema.meta({
  example: { url: 'https://example.com/webhooks/chat', events: ['message.created'], payload: 'thin' },
});
const updateBody = requireChange(webhookUpdateSchema.omit({ webhookId: true })).meta({ example: { enabled: true } });

const register = commandRoute({
  method: 'post',
  path: '/api/v1/webhooks',
  operationId: 'registerWebhook',
  sends: 'webhook.register',
  summary: 'Register an endpoint',
  description:
    'For administrators. It is told what happens from here on. The answer alone has its secret: keep it. The same request ' +
    'with the same idempotency key gives it again.',
  tags,
  body: registerBody,
  responses: { 201: { description: 'The endpoint', schema: webhookWithSecretSchema } },
  problems: ['projection_lagging'],
  async input({ actor, body }, { webhookUrl, lookUps }) {
    const url = webhookUrl(body.url);
    // How many there are is read from the read model: it must have those that were registered before this one.
    if (mayManageWebhooks(actor)) await lookUps.allProjected();
    return { ...body, url };
  },
});

const update = commandRoute({
  method: 'patch',
  path: '/api/v1/webhooks/{webhookId}',
  operationId: 'updateWebhook',
  sends: 'webhook.update',
  summary: 'Change an endpoint, or switch it off and on',
  description:
    'Only what is given changes; a filter as a whole. One that is switched on again is told what happens from then on.',
  tags,
  params: webhookParams,
  body: updateBody,
  responses: { 200: { description: 'The endpoint', schema: webhookSchema } },
  input: ({ params, body: { url, ...rest } }, { webhookUrl }) => ({
    ...params,
    ...rest,
    ...(url !== undefined && { url: webhookUrl(url) }),
  }),
});

const remove = commandRoute({
  method: 'delete',
  path: '/api/v1/webhooks/{webhookId}',
  operationId: 'deleteWebhook',
  sends: 'webhook.delete',
  summary: 'Delete an endpoint',
  tags,
  params: webhookParams,
  responses: { 204: { description: 'Nothing more is sent there' } },
  input: ({ params }) => params,
});

const rotate = commandRoute({
  method: 'post',
  path: '/api/v1/webhooks/{webhookId}/secret',
  operationId: 'rotateWebhookSecret',
  sends: 'webhook.rotateSecret',
  summary: 'Make the next secret of an endpoint',
  description: 'For 24 hours deliveries are signed with it and with the one before.',
  tags,
  params: webhookParams,
  responses: { 201: { description: 'The endpoint', schema: webhookWithSecretSchema } },
  input: ({ params }) => params,
});

export const webhookRoutes: readonly Route<CommandRouteDeps>[] = [register, update, remove, rotate];
