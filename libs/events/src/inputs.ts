import { z } from 'zod';
import { emojiSchema } from './catalogue/message';
import { canonicalEmoji, MAX_EMOJI_LENGTH } from './emoji';
import { isDotSegment } from './ids';
import { LIMITS } from './limits';
import { jsonObjectSchema } from './metadata';
import { freeText, isStorableText } from './text';

/** Free JSON of the tenant's own, bounded in bytes and depth. */
export const metadataInputSchema = jsonObjectSchema({ bytes: LIMITS.metadataBytes, depth: LIMITS.metadataDepth });

export const titleInputSchema = freeText(LIMITS.titleCharacters);

const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,15})$/;

/**
 * A whole number in a query, as decimal digits and nothing else: `Number` reads nothing and blanks as 0, and hexadecimal too.
 */
export function queryNumberSchema(min: number, max?: number) {
  const read = (given: unknown): unknown =>
    typeof given === 'string' && WHOLE_NUMBER.test(given) ? Number(given) : given;
  const number = z.int('must be a whole number').min(min);
  return z.preprocess(read, max === undefined ? number : number.max(max));
}

/** The same with a usual value, which the document names. */
export function usualNumberSchema(bounds: { min: number; max: number; usual: number }) {
  const { min, max, usual } = bounds;
  // A default before a reading is not taken over into documents by itself.
  return queryNumberSchema(min, max)
    .default(usual)
    .meta({ override: { default: usual } });
}

/** Text of a message; empty where an attachment says it all. */
export const contentInputSchema = freeText(LIMITS.contentCharacters);

/** The same of a new message, where clients leave it out or say null for a picture without a caption. */
export const captionInputSchema = contentInputSchema.nullish().transform((text) => text ?? '');

/** A message has text, or an attachment. One rule for each surface, for posts, and for edits of what is there. */
export function saysSomething(message: { content: string; attachments?: readonly unknown[] | undefined }): boolean {
  return message.content !== '' || (message.attachments?.length ?? 0) > 0;
}

export const SAYS_NOTHING = 'must have text where the message has no attachment';
export const HAS_NO_FILE = 'a file message has at least one attachment';

interface Sayable {
  content: string;
  messageType?: string | undefined;
  attachments?: readonly unknown[] | undefined;
}

/** What is missing of a new message: the field, and why. One rule for each surface, and for the owner that decides. */
export function missingOf(message: Sayable): { field: 'content' | 'attachments'; message: string } | null {
  if (!saysSomething(message)) return { field: 'content', message: SAYS_NOTHING };
  const isBare = message.messageType === 'file' && (message.attachments?.length ?? 0) === 0;
  return isBare ? { field: 'attachments', message: HAS_NO_FILE } : null;
}

/** The same as JSON Schema says it. */
const SAYING = [
  {
    required: ['content'],
    properties: { content: { type: 'string', minLength: 1 }, messageType: { not: { const: 'file' } } },
  },
  { required: ['attachments'], properties: { attachments: { type: 'array', minItems: 1 } } },
];

/** A schema of new messages with that rule. */
export function requireSaying<Schema extends z.ZodType<Sayable>>(schema: Schema): Schema {
  return schema
    .check(({ value, issues }) => {
      const fault = missingOf(value);
      if (fault) issues.push({ code: 'custom', input: value, path: [fault.field], message: fault.message });
    })
    .meta({ anyOf: SAYING });
}

/** One emoji, or the short code of one, in any spelling; parsed it is the canonical form. Logs hold more. */
export const emojiInputSchema = emojiFormat(canonicalEmoji).meta({ format: 'emoji' });

/** The same for taking a reaction back: what former builds let in can still be named, dots in a path aside. */
export const formerEmojiInputSchema = emojiFormat((text) => canonicalEmoji(text) ?? formerEmoji(text));

function formerEmoji(text: string): string | null {
  return emojiSchema.safeParse(text).success && isStorableText(text) && !isDotSegment(text) ? text : null;
}

/** What is one emoji no pattern says that Go and Python know; the format of a new one is what JSON Schema has for it. */
function emojiFormat(parse: (text: string) => string | null) {
  return freeText(MAX_EMOJI_LENGTH, 1)
    .transform((text, context) => {
      const emoji = parse(text);
      if (emoji === null) context.addIssue({ code: 'custom', message: 'must be one emoji, or the short code of one' });
      return emoji ?? z.NEVER;
    })
    .meta({ description: 'One emoji, or its short code such as `:+1:`; in any spelling.' });
}
