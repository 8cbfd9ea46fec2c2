import { z } from 'zod';
import type { JsonObject } from './catalogue/values';

/** Bounds of a request's free parts, on every surface; `docs/limits.md` lists them. */
export const LIMITS = {
  titleCharacters: 500,
  contentCharacters: 32_000,
  metadataBytes: 16_384,
  attachments: 20,
  mentions: 50,
  participants: 1_000,
  tokenCharacters: 16_384,
  displayNameCharacters: 200,
  urlCharacters: 2_000,
  emailCharacters: 320,
  /** A hundred years. */
  retentionDays: 36_500,
  /** Messages that one command of the worker deletes; fewer than the write side keeps at hand of a thread. */
  scrubbedMessages: 50,
  /** Keys named in the event of an erasure. */
  keysInEvent: 200,
  receiptCharacters: 200_000,
  /** Legal holds of a tenant at a time. */
  holds: 1_000,
} as const;

const utf8 = new TextEncoder();

/** Free JSON of the tenant's own, bounded in bytes. */
export const metadataInputSchema = z
  .record(z.string(), z.json())
  .refine((value) => utf8.encode(JSON.stringify(value)).length <= LIMITS.metadataBytes, {
    message: `must be at most ${LIMITS.metadataBytes} bytes of JSON`,
  })
  .transform((value) => value as JsonObject);

export const titleInputSchema = z.string().max(LIMITS.titleCharacters);

/** Text of a message: at least one character of well-formed Unicode, no NUL. */
export const contentInputSchema = z
  .string()
  .min(1)
  .max(LIMITS.contentCharacters)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), {
    message: 'must be well-formed Unicode without NUL',
  });
