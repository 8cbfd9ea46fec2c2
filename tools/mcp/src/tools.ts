import {
  attachmentSchema,
  CHANNELS,
  contentInputSchema,
  emojiInputSchema,
  freeText,
  idInputSchema,
  LIMITS,
  subjectNameSchema,
  THREAD_STATUSES,
  threadIdInputSchema,
} from '@threadlog/events';
import { z } from 'zod';
import type { Question } from './ask';
import { keyOf, queryOf, saidIn, segment, type Args } from './question';

/**
 * One tool. Its schema tells a model what may be asked, with the API's limits; what is asked is sent as it came, and the API
 * itself says what is wrong with it, in its own words.
 */
export interface Tool {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  reads: boolean;
  question(args: Args): Question;
}

const thread = threadIdInputSchema.describe('Id of the thread or sub-thread.');
const cursor = freeText(512).optional();
const limit = (max: number, usual: number) =>
  z.int().min(1).max(max).optional().describe(`Most items of the page; ${usual} unless given.`);
const pathOf = (args: Args): string => `/api/v1/threads/${segment(args, 'threadId')}`;

const listThreads: Tool = {
  name: 'list_threads',
  title: 'List threads',
  description: 'Conversations that the user may see, newest activity first. Go on with `nextCursor` as `cursor`.',
  reads: true,
  input: z.strictObject({
    learnerId: subjectNameSchema.optional().describe('Only threads about this learner.'),
    participantId: subjectNameSchema.optional().describe('Only threads in which this person takes part.'),
    parentThreadId: threadIdInputSchema.optional().describe('The sub-threads of this thread, and only they.'),
    status: z.enum(THREAD_STATUSES).optional(),
    channel: z.enum(CHANNELS).optional(),
    updatedAfter: z.string().max(64).optional().describe('ISO 8601 with offset: only what was active later.'),
    cursor,
    limit: limit(200, 50),
  }),
  question: (args) => ({ method: 'GET', path: '/api/v1/threads', query: queryOf(args) }),
};

const readThread: Tool = {
  name: 'read_thread',
  title: 'Read a thread',
  description: 'A page of messages of one thread, newest first. Go on to older ones with `nextCursor` as `before`.',
  reads: true,
  input: z.strictObject({
    threadId: thread,
    before: cursor,
    after: cursor,
    order: z.enum(['asc', 'desc']).optional().describe('`desc`, newest first, unless given.'),
    limit: limit(200, 50),
  }),
  question: ({ threadId, ...rest }) => ({
    method: 'GET',
    path: `${pathOf({ threadId })}/messages`,
    query: queryOf(rest),
  }),
};

const search: Tool = {
  name: 'search',
  title: 'Search',
  description:
    'Messages and titles that have every word of `q`. Words match whole; words in quotes follow one another.',
  reads: true,
  input: z.strictObject({
    q: freeText(500, 1),
    learnerId: subjectNameSchema.optional().describe('Only threads about this learner.'),
    threadId: threadIdInputSchema.optional().describe('Only this thread.'),
    cursor: freeText(1_024).optional(),
    limit: limit(100, 20),
  }),
  question: (args) => ({ method: 'GET', path: '/api/v1/search', query: queryOf(args) }),
};

const postMessage: Tool = {
  name: 'post_message',
  title: 'Post a message',
  description:
    'Posts a message in the user’s own name. The same message in the same thread again within a day posts nothing and answers with the first one (`replayed`); to say it again on purpose, give another `idempotencyKey`.',
  reads: false,
  input: z.strictObject({
    threadId: thread,
    content: contentInputSchema.optional().describe('The text; may be left out where there is an attachment.'),
    replyTo: idInputSchema.optional().describe('Id of the message that this one answers.'),
    mentions: z.array(subjectNameSchema).max(LIMITS.mentions).optional().describe('Ids of people who are mentioned.'),
    attachments: z.array(attachmentSchema).max(LIMITS.attachments).optional(),
    metadata: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(`Free JSON, ${LIMITS.metadataBytes} bytes and ${LIMITS.metadataDepth} levels at most.`),
    idempotencyKey: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/)
      .optional()
      .describe('The same key posts once; made of the other arguments unless given.'),
  }),
  question({ threadId, idempotencyKey, ...rest }) {
    const body = saidIn(rest);
    const path = `${pathOf({ threadId })}/messages`;
    const posted = [path, ...Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))];
    return { method: 'POST', path, body, idempotencyKey: keyOf(idempotencyKey, posted) };
  },
};

const react: Tool = {
  name: 'react',
  title: 'React to a message',
  description: 'Adds the user’s reaction to a message, or takes it back. Reacting twice changes nothing.',
  reads: false,
  input: z.strictObject({
    threadId: thread,
    messageId: idInputSchema,
    emoji: emojiInputSchema,
    remove: z.boolean().optional().describe('Takes the reaction back.'),
  }),
  question({ remove, ...args }) {
    const path = `${pathOf(args)}/messages/${segment(args, 'messageId')}/reactions/${segment(args, 'emoji')}`;
    return { method: remove === true ? 'DELETE' : 'PUT', path };
  },
};

const whoIsHere: Tool = {
  name: 'who_is_here',
  title: 'Who is here',
  description: 'Participants of a thread and whether they are online, as far as the user may know.',
  reads: true,
  input: z.strictObject({ threadId: thread }),
  question: (args) => ({ method: 'GET', path: `/api/conversations/${segment(args, 'threadId')}/presence` }),
};

export const TOOLS: readonly Tool[] = [listThreads, readThread, search, postMessage, react, whoIsHere];
