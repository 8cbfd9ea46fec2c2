import type { ExportedMessage } from '../source/messages';
import type { ExportedThread } from '../source/threads';
import { exportedThreads } from '../source/threads';
import type { Writing } from '../writing';
import { createWalk, type Walk } from './groups';
import { layTranscript, TRANSCRIPT } from './layout';
import { indexPage, threadPage, threadSection, type TranscriptAbout } from './pages';

export interface TranscriptParts {
  /** Messages of each thread that has some, in the order in which they come. */
  perThread: ReadonlyMap<string, number>;
  /** Walks the messages; called once. */
  messages(): AsyncIterable<ExportedMessage>;
  displayName: string | null;
  /** What the manifest says of a page. */
  page: string;
}

/** Writes the transcript: one page where that is short, else a list of threads and the pages of each. */
export async function writeTranscript(writing: Writing, parts: TranscriptParts): Promise<void> {
  const { reading, plan, generatedAt } = writing;
  const { subject } = reading;
  const about = { personId: subject.id, kind: subject.kind, displayName: parts.displayName, generatedAt };
  const layout = layTranscript(parts.perThread, plan.threads.size);
  const walk = createWalk(parts.messages());
  const countOf = (id: string): number => parts.perThread.get(id) ?? 0;
  try {
    if (layout.kind === 'one-page') {
      const linkOf = (id: string) => (countOf(id) > 0 ? `#${anchorOf(id)}` : undefined);
      const sections = sectionsOf(writing, { about, parts, walk });
      await writing.add(TRANSCRIPT, indexPage(about, threadsOf(writing), { linkOf, countOf, sections }));
      return;
    }
    const linkOf = (id: string) => layout.pages.get(id)?.[0];
    await writing.add(TRANSCRIPT, indexPage(about, threadsOf(writing), { linkOf, countOf, sections: nothing() }));
    for (const [threadId, pages] of layout.pages) {
      const thread = await threadOf(writing, threadId);
      for (const [at, name] of pages.entries()) {
        const messages = walk.takeWhile((message) => message.threadId === threadId, layout.messagesAPage);
        await writing.add(name, threadPage(about, thread, { messages, pages, at }), { description: parts.page });
      }
    }
  } finally {
    await walk.close();
  }
}

interface Sections {
  about: TranscriptAbout;
  parts: TranscriptParts;
  walk: Walk<ExportedMessage>;
}

async function* sectionsOf(writing: Writing, { about, parts, walk }: Sections): AsyncIterable<string> {
  for (const threadId of parts.perThread.keys()) {
    const messages = walk.takeWhile((message) => message.threadId === threadId);
    yield* threadSection(about, await threadOf(writing, threadId), { messages, anchor: anchorOf(threadId) });
  }
}

const anchorOf = (threadId: string): string => `thread-${threadId}`;

async function* threadsOf({ reading, plan }: Pick<Writing, 'reading' | 'plan'>): AsyncIterable<ExportedThread> {
  for await (const { thread } of exportedThreads(reading, plan)) yield thread;
}

async function threadOf({ reading, plan }: Writing, threadId: string): Promise<ExportedThread> {
  const threads = new Map([[threadId, plan.threads.get(threadId)!]]);
  for await (const thread of threadsOf({ reading, plan: { ...plan, threads } })) return thread;
  throw new Error('a thread of the plan is gone');
}

async function* nothing(): AsyncIterable<never> {}
