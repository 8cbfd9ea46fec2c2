import { correlationIdSchema } from '@threadlog/events';
import type { Request, RequestHandler } from 'express';
import { randomUUID } from 'node:crypto';
import type { Logger } from '../logger';
import type { Metrics } from '../metrics';
import { loggedPath } from './loggedPath';
import { beginSpan, traceparentFrom, type WorkSpan } from '../tracing/spans';
import { contextOf, setContext, type RequestContext } from './requestContext';

export interface ObserveOptions {
  logger: Logger;
  metrics: Metrics;
  /** Level of the line per request; by default `info`. Requests that failed on our side are logged at `info` at least. */
  accessLog?: 'info' | 'debug' | 'off';
}

/** Gives each request its context and id, and measures and logs it when its connection is done with it. */
export function observe({ logger, metrics, accessLog = 'info' }: ObserveOptions): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdFrom(request.headers['x-request-id']);
    const parent = traceparentFrom(request.headers.traceparent);
    const span = beginSpan({ name: 'route', parent });
    setContext(request, {
      requestId,
      traceparent: span ? span.traceparent : parent,
      startedAt: performance.now(),
      actor: undefined,
      counted: false,
      route: undefined,
      params: undefined,
      code: undefined,
      allowed: undefined,
    });
    response.setHeader('X-Request-Id', requestId);
    // Not `finish`: a client that goes away counts too.
    response.once('close', () => {
      const context = contextOf(request);
      const milliseconds = performance.now() - context.startedAt;
      const status = response.writableFinished ? response.statusCode : 499;
      const { method } = request;
      if (span) endSpan(span, context, { method, status });
      metrics.observeRequest({ method, route: context.route ?? 'unmatched', status, seconds: milliseconds / 1000 });
      const level = status >= 500 && accessLog !== 'info' ? 'info' : accessLog;
      if (level === 'off' || !logger.isLevelEnabled(level)) return;
      logger[level](fieldsOf(context, request, { status, milliseconds }), `${method} ${context.route ?? 'unmatched'}`);
    });
    next();
  };
}

function endSpan(span: WorkSpan, { route, requestId, code }: RequestContext, done: { method: string; status: number }) {
  span.end({
    name: `${done.method} ${route ?? 'unmatched'}`,
    code: done.status >= 500 ? (code ?? String(done.status)) : undefined,
    facts: {
      'http.request.method': done.method,
      'http.route': route ?? 'unmatched',
      'http.response.status_code': done.status,
      'threadlog.request_id': requestId,
      ...(code !== undefined && { 'threadlog.code': code }),
    },
  });
}

function fieldsOf(context: RequestContext, request: Request, done: { status: number; milliseconds: number }) {
  return {
    request_id: context.requestId,
    tenant_id: context.actor?.tenantId,
    user_id: context.actor?.id,
    thread_id: context.params?.threadId ?? context.params?.conversationId,
    path: loggedPath(context, request.originalUrl),
    status: done.status,
    code: context.code,
    duration_ms: Math.round(done.milliseconds * 1000) / 1000,
  };
}

/** The client's id where it may stand in an event as the correlation id, else one of ours. */
export function requestIdFrom(given: string | string[] | undefined): string {
  return typeof given === 'string' && correlationIdSchema.safeParse(given).success ? given : randomUUID();
}
