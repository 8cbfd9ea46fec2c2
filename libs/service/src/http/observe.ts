import { correlationIdSchema } from '@threadlog/events';
import type { Request, RequestHandler } from 'express';
import { randomUUID } from 'node:crypto';
import type { Logger } from '../logger';
import type { Metrics } from '../metrics';
import { loggedPath } from './loggedPath';
import { contextOf, setContext, type RequestContext } from './requestContext';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

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
    setContext(request, {
      requestId,
      traceparent: traceparentFrom(request.headers.traceparent),
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
      metrics.observeRequest({ method, route: context.route ?? 'unmatched', status, seconds: milliseconds / 1000 });
      const level = status >= 500 && accessLog !== 'info' ? 'info' : accessLog;
      if (level === 'off' || !logger.isLevelEnabled(level)) return;
      logger[level](fieldsOf(context, request, { status, milliseconds }), `${method} ${context.route ?? 'unmatched'}`);
    });
    next();
  };
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

/** Undefined where the client sent none that is well-formed. */
export function traceparentFrom(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;
}
