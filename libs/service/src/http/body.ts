import { problem } from '@threadlog/events';
import express, { type Request, type RequestHandler, type Response } from 'express';

/** Largest JSON body accepted, in bytes, after decompression. */
export const BODY_LIMIT = 256 * 1024;

const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i;
const parsers = new Map<number, RequestHandler>();

/**
 * Reads the JSON body of a request, of `limit` bytes at most; undefined where there is none. Rejects with `unsupported_media_type` for anything
 * but JSON, and with the parser's own errors, which the problem handler knows.
 */
export function readJson(request: Request, response: Response, limit = BODY_LIMIT): Promise<unknown> {
  const { headers } = request;
  const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (empty) return Promise.resolve(undefined);
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    throw problem('unsupported_media_type', 'The body must be JSON: send Content-Type: application/json.');
  }
  return new Promise((resolve, reject) => {
    parserOf(limit)(request, response, (error?: unknown) => (error ? reject(error as Error) : resolve(request.body)));
  });
}

function parserOf(limit: number): RequestHandler {
  let parser = parsers.get(limit);
  if (!parser) parsers.set(limit, (parser = express.json({ limit, type: () => true, strict: false })));
  return parser;
}
