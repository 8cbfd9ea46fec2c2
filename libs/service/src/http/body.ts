import { problem } from '@threadlog/events';
import express, { type Request, type Response } from 'express';

/** Largest JSON body accepted, in bytes, after decompression. */
export const BODY_LIMIT = 256 * 1024;

const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i;
const parse = express.json({ limit: BODY_LIMIT, type: () => true, strict: false });

/**
 * Reads the JSON body of a request; undefined where there is none. Rejects with `unsupported_media_type` for anything
 * but JSON, and with the parser's own errors, which the problem handler knows.
 */
export function readJson(request: Request, response: Response): Promise<unknown> {
  const { headers } = request;
  const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (empty) return Promise.resolve(undefined);
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    throw problem('unsupported_media_type', 'The body must be JSON: send Content-Type: application/json.');
  }
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => (error ? reject(error as Error) : resolve(request.body)));
  });
}
