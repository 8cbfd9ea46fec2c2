import { personIdSchema } from '@threadlog/auth';
import { freeText, messageSchema, threadIdInputSchema, usualNumberSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { ok, readRoute } from '../readRoute';
import { requireRead } from '../access/visibleThread';
import { decodeSearchCursor } from './cursor';

const SEARCH_LIMIT = 100;
const SEARCH_DEFAULT = 20;

const searchQuery = z.strictObject({
  q: freeText(500, 1).meta({
    description: 'Words, all of which a match has; in quotes, words that follow one another.',
    example: 'homework tuesday',
  }),
  learnerId: personIdSchema.optional().meta({ description: 'Only threads about this learner.' }),
  threadId: threadIdInputSchema.optional().meta({ description: 'Only this thread.' }),
  cursor: freeText(1_024).optional().meta({ description: 'The `nextCursor` of a page of the same search.' }),
  limit: usualNumberSchema({ min: 1, max: SEARCH_LIMIT, usual: SEARCH_DEFAULT }).meta({
    description: 'Most items of the page.',
  }),
});

const searchPageSchema = z
  .object({
    items: z.array(
      z.object({
        threadId: z.string(),
        message: messageSchema
          .nullable()
          .meta({ description: 'The message that matches; null where it is the title of the thread.' }),
        title: z.string().nullable().meta({ description: 'The title that matches; null where it is a message.' }),
        highlights: z
          .array(z.object({ start: z.int(), end: z.int() }))
          .meta({ description: 'Where the words stand in the content or title, in UTF-16 code units.' }),
      }),
    ),
    hasMore: z.boolean(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'SearchPage' });

const search = readRoute<{ query: typeof searchQuery }>({
  path: '/api/v1/search',
  operationId: 'search',
  summary: 'Search messages and titles',
  description:
    'Messages and titles of threads that the caller sees and that have every word. Case, width, diacritics, forms of ' +
    'Arabic letters and invisible characters do not count; an emoji is a word; `"in quotes"` the words follow one ' +
    'another. Words match whole: the index is blind and knows no beginnings of words; Chinese, Japanese, Korean, Thai and ' +
    'other scripts without spaces match in any part. Matches are taken newest first in portions of 200, and ranked in ' +
    'each by how often the words stand in it, its length and its age. New and changed texts are found a moment later, ' +
    'deleted ones at no time. `hasMore` may lead to an empty last page.',
  tags: ['Search'],
  query: searchQuery,
  responses: { 200: { description: 'A page of matches', schema: searchPageSchema } },
  problems: ['forbidden'],
  async handler({ actor, query }, context) {
    requireRead(actor);
    const cursor = query.cursor === undefined ? null : decodeSearchCursor(query.cursor);
    return ok(await context.search(context, actor, { ...query, cursor }));
  },
});

export const searchRoutes: readonly Route<QueryContext>[] = [search];
