import { messageSchema as message } from '@threadlog/events';
import { z } from 'zod';
import { openApiDocument } from './openapi';
import { defineRoute } from './route';

const routes = [
  defineRoute({
    method: 'post',
    path: '/api/v1/threads/{threadId}/messages',
    summary: 'Post a message',
    tags: ['messages'],
    auth: 'user',
    params: z.object({ threadId: z.string().describe('Thread') }),
    headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
    body: z.strictObject({ content: z.string().min(1), mentions: z.array(z.string()).default([]) }),
    responses: { 201: { description: 'Posted', schema: message } },
    problems: ['thread_closed', 'thread_full', 'idempotency_key_reused'],
    handler: () => ({ status: 204 }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/threads/{threadId}/messages',
    summary: 'Page of messages',
    tags: ['messages'],
    auth: 'user',
    params: z.object({ threadId: z.string() }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    responses: { 200: { description: 'Page', schema: z.object({ messages: z.array(message) }) } },
    handler: () => ({ status: 204 }),
  }),
  defineRoute({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tags: ['meta'],
    auth: 'none',
    responses: { 200: { description: 'The document' } },
    handler: () => ({ status: 204 }),
  }),
];
const document = openApiDocument(routes, { title: 'Threadlog', version: '1.0.0', servers: ['/chat'] });
const operations = document.paths?.['/api/v1/threads/{threadId}/messages'];

describe('openApiDocument', () => {
  it('has both methods of a path, with names for generated clients', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: '/chat' }]);
    expect(operations?.post?.operationId).toBe('postThreadsByThreadIdMessages');
    expect(operations?.get?.operationId).toBe('getThreadsByThreadIdMessages');
  });

  it('describes what the routes parse: input, where a default makes a field optional', () => {
    const body = operations?.post?.requestBody as { content: Record<string, { schema: unknown }> };
    expect(body.content['application/json']?.schema).toMatchObject({
      required: ['content'],
      additionalProperties: false,
    });
    const parameters = [...(operations?.post?.parameters ?? []), ...(operations?.get?.parameters ?? [])];
    expect(parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ in: 'path', name: 'threadId', required: true }),
        expect.objectContaining({ in: 'header', name: 'idempotency-key' }),
        expect.objectContaining({ in: 'query', name: 'limit', schema: expect.objectContaining({ maximum: 200 }) }),
      ]),
    );
  });

  it('shares resources and the problem as components', () => {
    const ok = operations?.post?.responses?.['201'] as { content: Record<string, unknown> };
    expect(ok.content['application/json']).toEqual({ schema: { $ref: '#/components/schemas/Message' } });
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(expect.arrayContaining(['Message', 'Problem']));
  });

  it('lists the refusals of a route by status, its own and everybody’s', () => {
    const responses = operations?.post?.responses ?? {};
    expect(Object.keys(responses)).toEqual([
      '201',
      '400',
      '401',
      '404',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(responses['409']).toMatchObject({
      description: 'Conflict: `thread_closed`, `thread_full`',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
    expect(document.paths?.['/openapi.json']?.get?.responses).not.toHaveProperty('401');
  });

  it('says which credential a route wants', () => {
    expect(operations?.get?.security).toEqual([{ bearer: [] }]);
    expect(document.paths?.['/openapi.json']?.get?.security).toEqual([]);
  });
});
