import { createHash } from 'node:crypto';
import type { ExportedMessage } from '../source/messages';
import type { ExportedThread } from '../source/threads';
import { createWalk } from './groups';
import { layTranscript } from './layout';
import { indexPage, threadPage, threadSection } from './pages';

const HOSTILE = [
  `"><script>alert(1)</script>`,
  `' onmouseover='alert(1)`,
  `<img src=x onerror=alert(1)>`,
  `</p></main></style><style>@import url(https://evil.example)</style>`,
  `<a href="javascript:alert(1)">click</a>`,
  `<!-- --><svg/onload=alert(1)>`,
  `&lt;already&gt; &amp; ]]>`,
  `\u202Eright to left\u202C`,
];
const AT = '2026-11-01T09:30:00.000000Z';

const message = (text: string, index = 1): ExportedMessage => ({
  id: text,
  threadId: 't',
  messageIndex: index,
  senderId: text,
  senderType: 'agent',
  senderName: text,
  messageType: 'text',
  content: text,
  attachments: [{ externalFileId: text, label: text, mime: text, bytes: 3 }],
  metadata: { [text]: text },
  replyTo: text,
  mentions: [text],
  reactions: [{ emoji: text, userIds: [text] }],
  pinned: true,
  edits: [
    { edit: 0, content: text, replacedAt: AT },
    { edit: 1, content: null, erased: true, replacedAt: AT },
  ],
  clientMessageId: text,
  createdAt: AT,
  updatedAt: AT,
  deletedAt: null,
  deleteReason: null,
});
const thread = (text: string): ExportedThread => ({
  id: text,
  part: 'about',
  type: 'group',
  channel: 'chat',
  status: 'active',
  title: text,
  metadata: null,
  learnerId: text,
  parentThreadId: text,
  rootMessageId: text,
  createdBy: text,
  createdAt: AT,
  updatedAt: AT,
  deletedAt: null,
  messageCount: 1,
  participants: [
    { userId: text, displayName: text, role: 'member', joinedAt: AT, leftAt: null },
    { userId: text, displayName: null, role: 'owner', joinedAt: AT, leftAt: AT },
  ],
});
const about = { personId: 'lena', displayName: 'Lena', kind: 'learner', generatedAt: AT };

async function* each<Item>(...items: Item[]): AsyncIterable<Item> {
  yield* items;
}
async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
const pageOf = (text: string) =>
  textOf(
    threadPage(about, thread(text), {
      messages: each(message(text)),
      pages: ['transcript/001.html', 'transcript/002.html'],
      at: 0,
    }),
  );
const indexOf = (text: string) => {
  const sections = threadSection(about, thread(text), { messages: each(message(text)), anchor: 'thread-t' });
  const linkOf = () => 'transcript/001.html';
  return textOf(
    indexPage({ ...about, displayName: text, personId: text }, each(thread(text)), {
      linkOf,
      countOf: () => 1,
      sections,
    }),
  );
};

/** Every tag a page may have, attributes and all. */
const TAGS =
  /^<(!doctype html|html lang="en"|\/?(html|head|body|main|title|style|h1|nav|dl|dt|dd|table|thead|tbody|tr|th|td|article|header|strong|ul|li|details|summary|p|a|span|time|bdi|div|h2)|meta charset="utf-8"|meta http-equiv="Content-Security-Policy" content="[^"<>]*"|meta name="(viewport|referrer|color-scheme)" content="[\w ,=.-]+"|(p|span|td|div|article) class="[\w ]+"( dir="auto")?|h2 id="thread-t"|time datetime="[\d:TZ.-]+"|a href="(\.\.\/transcript\.html|(transcript\/)?\d{3}\.html|#thread-t)")>$/;

describe.each([
  ['a page of a thread', pageOf],
  ['the list of threads', indexOf],
] as const)('%s', (_name, render) => {
  test.each(HOSTILE)('has no tag of its own making out of %j', async (text) => {
    const html = await render(text);
    const [style] = /<style>[^]*?<\/style>/.exec(html) ?? [''];
    const tags = html.replace(style, '').match(/<[^>]*>?/g) ?? [];
    expect(tags.filter((tag) => !TAGS.test(tag))).toEqual([]);
  });

  test('shows the text as it was', async () => {
    const html = await render('<b>&"\'');
    expect(html).toContain('&lt;b&gt;&amp;&quot;&#39;');
    expect(html).not.toContain('&amp;lt;');
  });

  test('allows its own style sheet and nothing else', async () => {
    const html = await render('plain');
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(html) ?? [];
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(style).not.toMatch(/url\(|@import/);
    expect(style).toMatch(/prefers-color-scheme: dark[^]*@media print/);
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  });
});

test('tombstones and what cannot be read are told as what they are', async () => {
  const deleted = {
    ...message('x'),
    content: null,
    attachments: [],
    edits: [],
    deletedAt: AT,
    deleteReason: 'moderator',
  };
  const erased = { ...message('y', 2), content: null, erased: true as const };
  const messages = each<ExportedMessage>(deleted, erased);
  const html = await textOf(threadPage(about, thread('t'), { messages, pages: ['transcript/001.html'], at: 0 }));
  expect(html).toContain('deleted by a moderator');
  expect(html).toContain('can no longer be read');
});

describe('laying out', () => {
  test('has everything on one page where that is short', () => {
    expect(layTranscript(new Map([['a', 500]]), 3)).toEqual({ kind: 'one-page' });
    expect(layTranscript(new Map(), 0)).toEqual({ kind: 'one-page' });
  });

  test('splits long threads, and numbers the pages through', () => {
    const counts = new Map([
      ['a', 2_000],
      ['b', 4_001],
      ['c', 1],
    ]);
    expect(layTranscript(counts, 3)).toEqual({
      kind: 'pages',
      messagesAPage: 2_000,
      pages: new Map([
        ['a', ['transcript/001.html']],
        ['b', ['transcript/002.html', 'transcript/003.html', 'transcript/004.html']],
        ['c', ['transcript/005.html']],
      ]),
    });
    expect(layTranscript(new Map([['a', 1]]), 101)).toMatchObject({ kind: 'pages' });
  });
});

test('a walk gives each item once, in pieces, and stops where told', async () => {
  const walk = createWalk(each(1, 1, 1, 2, 3));
  const take = async (value: number, limit?: number) => {
    const taken: number[] = [];
    for await (const item of walk.takeWhile((one) => one === value, limit)) taken.push(item);
    return taken;
  };
  expect(await take(1, 2)).toEqual([1, 1]);
  expect(await take(1, 2)).toEqual([1]);
  expect(await take(1)).toEqual([]);
  expect(await take(2)).toEqual([2]);
  expect(await take(3)).toEqual([3]);
  expect(await take(3)).toEqual([]);
});
