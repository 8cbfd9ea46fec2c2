import { problem } from '@threadlog/events';

/** Where a write stands in the log: what a read has to wait for to show it. */
export interface ConsistencyToken {
  /** Identity of the log: a token of a log that was created again means nothing. */
  logId: string;
  partition: number;
  offset: number;
}

/** Response header of writes, request header of reads. */
export const CONSISTENCY_HEADER = 'X-Consistency-Token';

const MAX_LENGTH = 512;
const FORM = /^v1 (\d{1,6}) (\d{1,16}) (.+)$/;

/** The header's value. Opaque to clients: base64url, so that nobody builds on its parts. */
export function encodeConsistencyToken({ logId, partition, offset }: ConsistencyToken): string {
  return Buffer.from(`v1 ${partition} ${offset} ${logId}`).toString('base64url');
}

/** Reads a header's value. Throws `invalid_request` on anything that `encodeConsistencyToken` did not make. */
export function decodeConsistencyToken(token: string): ConsistencyToken {
  const text = token.length <= MAX_LENGTH ? Buffer.from(token, 'base64url').toString() : '';
  const [, partition, offset, logId] = FORM.exec(text) ?? [];
  if (logId === undefined || !Number.isSafeInteger(Number(offset))) {
    throw problem('invalid_request', `${CONSISTENCY_HEADER} is not a token of this service.`);
  }
  return { logId, partition: Number(partition), offset: Number(offset) };
}
