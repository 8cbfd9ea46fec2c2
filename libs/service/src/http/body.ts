import { problem } from '@threadlog/events';
import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { JSON_BOUNDS, requireJsonText } from '../jsonShape';

/** Largest JSON body accepted, in bytes, after decompression. */
const BODY_LIMIT = 256 * 1024;

const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;
const readers = new Map<number, RequestHandler>();

/**
 * Reads the JSON body of a request, of `limit` bytes at most; undefined where there is none. Rejects with
 * `unsupported_media_type` for anything but JSON in UTF-8, with `invalid_request` for what is neither, and with the
 * reader's own errors, which the problem handler knows.
 */
export async function readJson(request: Request, response: Response, limit = BODY_LIMIT): Promise<unknown> {
  const { headers } = request;
  const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (empty) return undefined;
  requireJsonType(headers['content-type'] ?? '');
  await new Promise<void>((resolve, reject) => {
    readerOf(limit)(request, response, (error?: unknown) => (error ? reject(error as Error) : resolve()));
  });
  return parseJson(request.body as Buffer | undefined, limit);
}

function requireJsonType(type: string): void {
  if (!JSON_TYPE.test(type)) {
    throw problem('unsupported_media_type', 'The body must be JSON: send Content-Type: application/json.');
  }
  const [, quoted, plain] = CHARSET.exec(type) ?? [];
  const charset = quoted ?? plain;
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw problem('unsupported_media_type', 'The body must be UTF-8: leave the charset out.');
  }
}

/** Decoding would put another character in the place of bytes that are no UTF-8: a text that nobody sent. */
function parseJson(bytes: Buffer | undefined, limit: number): unknown {
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw problem('invalid_request', 'The body is not UTF-8.');
  // A route that takes larger bodies takes more values, as many for each byte.
  requireJsonText(bytes, { ...JSON_BOUNDS, values: JSON_BOUNDS.values * Math.ceil(limit / BODY_LIMIT) });
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    throw problem('invalid_request', 'The body is not valid JSON.');
  }
}

const BYTE_ORDER_MARK = '\uFEFF';

function readerOf(limit: number): RequestHandler {
  let reader = readers.get(limit);
  if (!reader) readers.set(limit, (reader = express.raw({ limit, type: () => true })));
  return reader;
}
