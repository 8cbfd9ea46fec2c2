import { problem, PROBLEMS, type Problem } from '@threadlog/events';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from '../logger';
import { INTERNAL, problemBody, problemOf } from '../problems';
import type { CountUnauthenticated } from './admission';
import { contextOf } from './requestContext';

/**
 * The one place where anything thrown becomes an answer. Refusals show in the access log; faults are logged here. What
 * strangers are refused counts for their address; one who had too many is told so, and nothing else is said or logged.
 */
export function problemHandler(logger: Logger, countUnauthenticated: CountUnauthenticated): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  return async (thrown: unknown, request, response, _next) => {
    const tooMany: unknown = await countUnauthenticated(request, response).then(() => undefined, identity);
    const error = tooMany ?? thrown;
    if (tooMany) response.removeHeader('WWW-Authenticate');
    const known = problemOf(error);
    const answer = known ?? INTERNAL;
    const context = contextOf(request);
    context.code = answer.code;
    const fields = { request_id: context.requestId, route: context.route, err: error };
    if (!known || known.code === 'internal') logger.error(fields, 'request failed');
    else if (PROBLEMS[known.code].status >= 500 && hasCause(error)) logger.warn(fields, 'request could not be served');
    if (response.headersSent) response.destroy();
    else sendProblem(request, response, answer);
  };
}

const identity = (reason: unknown): unknown => reason;

function hasCause(error: unknown): boolean {
  return error instanceof Error && error.cause !== undefined;
}

/** Sends a problem as `application/problem+json`, with `Retry-After` where waiting helps. */
function sendProblem(request: Request, response: Response, answer: Problem): void {
  const { requestId } = contextOf(request);
  const body = problemBody(answer, { instance: request.originalUrl.split('?')[0] ?? '/', requestId });
  const text = JSON.stringify(body);
  if (answer.retryAfter !== undefined) response.setHeader('Retry-After', Math.max(1, Math.ceil(answer.retryAfter)));
  response.statusCode = body.status;
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** What no router wanted: 405 where the path exists with other methods, else 404. */
export function unmatched(): RequestHandler {
  return (request, response) => {
    const allowed = contextOf(request).allowed;
    if (!allowed) throw problem('not_found', 'No such route.');
    response.setHeader('Allow', [...allowed].sort().join(', '));
    if (request.method !== 'OPTIONS') throw problem('method_not_allowed', `${request.method} is not possible here.`);
    response.statusCode = 204;
    response.end();
  };
}
