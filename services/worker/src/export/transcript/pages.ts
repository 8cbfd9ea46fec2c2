import type { ExportedMessage } from '../source/messages';
import type { ExportedThread, ThreadPart } from '../source/threads';
import { foreign, markup, NOTHING, PAGE_END, pageStart, time, type Html } from './html';
import { messageHtml } from './message';

/** Whose transcript it is. */
export interface TranscriptAbout {
  personId: string;
  displayName: string | null;
  kind: string;
  generatedAt: string;
}

const PARTS: Record<ThreadPart, string> = {
  about: 'about this person',
  member: 'takes part',
  former_member: 'took part',
  author: 'wrote here',
};

/** The list of threads, each with a link to where its messages are. */
export async function* indexPage(
  about: TranscriptAbout,
  threads: AsyncIterable<ExportedThread>,
  {
    linkOf,
    countOf,
    sections,
  }: { linkOf(id: string): string | undefined; countOf(id: string): number; sections: AsyncIterable<string> },
): AsyncIterable<string> {
  yield pageStart(`Transcript: ${about.displayName ?? about.personId}`);
  yield markup`<h1>Transcript: ${foreign(about.displayName ?? about.personId)}</h1>
<p class="dim">${about.kind} ${about.personId}, as of ${time(about.generatedAt)}. Times are UTC.</p>
<div class="scroll"><table>
<thead><tr><th>Thread</th><th>Part</th><th>Begun</th><th>Messages here</th></tr></thead>
<tbody>
`.html;
  for await (const thread of threads) yield row(thread, linkOf(thread.id), countOf(thread.id)).html;
  yield '</tbody>\n</table></div>\n';
  yield* sections;
  yield PAGE_END;
}

function row(thread: ExportedThread, link: string | undefined, count: number): Html {
  const title = titleOf(thread);
  const name = link === undefined ? title : markup`<a href="${link}">${title}</a>`;
  return markup`<tr><td>${name}</td><td>${PARTS[thread.part]}</td><td>${time(thread.createdAt)}</td><td class="number">${count}</td></tr>
`;
}

function titleOf({ id, title, erased, withheld }: ExportedThread): Html {
  if (title !== null) return foreign(title);
  const why = withheld ? ', title not shown' : erased ? ', title no longer readable' : '';
  return markup`Thread ${id}${why}`;
}

/** A thread's messages, without the page around them. */
export async function* threadSection(
  about: TranscriptAbout,
  thread: ExportedThread,
  { messages, anchor }: { messages: AsyncIterable<ExportedMessage>; anchor: string },
): AsyncIterable<string> {
  yield markup`<h2 id="${anchor}">${titleOf(thread)}</h2>
`.html;
  yield describe(thread).html;
  for await (const message of messages) yield messageHtml(message, about.personId).html;
}

/** One of the pages that a thread's messages are split into. */
export async function* threadPage(
  about: TranscriptAbout,
  thread: ExportedThread,
  { messages, pages, at }: { messages: AsyncIterable<ExportedMessage>; pages: readonly string[]; at: number },
): AsyncIterable<string> {
  const links = navigation(pages, at).html;
  yield pageStart(`${thread.title ?? `Thread ${thread.id}`} (${at + 1} of ${pages.length})`);
  yield links;
  yield markup`<h1>${titleOf(thread)}</h1>
`.html;
  if (at === 0) yield describe(thread).html;
  for await (const message of messages) yield messageHtml(message, about.personId).html;
  yield links;
  yield PAGE_END;
}

function navigation(pages: readonly string[], at: number): Html {
  const link = (page: string | undefined, text: string): Html =>
    page === undefined ? NOTHING : markup` · <a href="${page.replace(/^.*\//, '')}">${text}</a>`;
  return markup`<nav><a href="../transcript.html">All threads</a>${link(pages[at - 1], 'Before this')}${link(pages[at + 1], 'After this')}</nav>
`;
}

function describe(thread: ExportedThread): Html {
  const parent =
    thread.parentThreadId === null ? NOTHING : markup`<dt>Belongs to</dt><dd>${thread.parentThreadId}</dd>`;
  return markup`<dl><dt>Thread</dt><dd>${thread.id}</dd><dt>Begun</dt><dd>${time(thread.createdAt)}</dd>${parent}${people(thread)}</dl>
`;
}

function people({ participants = [] }: ExportedThread): Html {
  if (participants.length === 0) return NOTHING;
  const names = participants.map(
    ({ userId, displayName, role }, index) =>
      markup`${index > 0 ? ', ' : ''}${foreign(displayName ?? userId)} (${role})`,
  );
  return markup`<dt>People</dt><dd>${names}</dd>`;
}
