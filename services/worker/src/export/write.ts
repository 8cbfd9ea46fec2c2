import { MANIFEST, CONTENTS, EXPORT_SCHEMA, readme, TRANSCRIPT_PAGE, type ContentName } from './contents';
import { exportedMessages, type ExportedMessage } from './source/messages';
import { exportedDeeds, exportedProfile, exportedReading, exportedRequests } from './source/person';
import { planExport } from './source/plan';
import type { Reading } from './source/reading';
import { exportedThreads } from './source/threads';
import { writeTranscript } from './transcript/write';
import type { WriteOptions, Writing } from './writing';
import type { ArchivedFile, Archive } from './zip';

export interface Written {
  /** Files in the archive. */
  files: number;
  counts: Record<string, number>;
}

/** Writes everything of a person to an archive and ends it. Memory does not grow with the messages. */
export async function writeExport(reading: Reading, archive: Archive, options: WriteOptions): Promise<Written> {
  const files: (ArchivedFile & { description: string; count: number | null })[] = [];
  await options.onStep('plan', 0);
  const plan = await planExport(reading);
  const writing: Writing = {
    ...options,
    reading,
    plan,
    async add(name, source, { description = CONTENTS[name as ContentName], count } = {}) {
      const file = await archive.add(name, source);
      files.push({ ...file, description, count: count?.() ?? null });
    },
  };
  const counts = await writeParts(writing);
  await archive.add(MANIFEST, [manifestText(writing, files)]);
  archive.end();
  return { files: files.length + 1, counts };
}

async function writeParts(writing: Writing): Promise<Record<string, number>> {
  const { reading, plan, generatedAt, add } = writing;
  const { tenantId: tenant, subject } = reading;
  await add('README.txt', [readme({ tenant, ...subject, generatedAt })]);
  const profile = await exportedProfile(reading);
  await add('profile.json', [`${JSON.stringify(profile, null, 2)}\n`]);
  const lines = createLines(writing);
  await lines(
    'threads',
    mapped(exportedThreads(reading, plan), ({ thread }) => thread),
  );
  await lines(
    'memberships',
    mapped(exportedThreads(reading, plan), ({ membership }) => membership),
  );
  await lines('reading', exportedReading(reading));
  await lines('privacy_requests', exportedRequests(reading));
  await lines('activity', exportedDeeds(reading));
  const seen = { perThread: new Map<string, number>(), attachments: 0 };
  await lines(
    'messages',
    observed(messagesOf(writing, 'messages'), (message) => see(seen, message)),
  );
  // Most exports have none, and then nothing is walked again.
  await lines('attachments', seen.attachments > 0 ? attachmentsOf(messagesOf(writing, 'attachments')) : nothing());
  const messages = () => messagesOf(writing, 'transcript');
  await writeTranscript(writing, {
    perThread: seen.perThread,
    messages,
    displayName: profile.displayName,
    page: TRANSCRIPT_PAGE,
  });
  return lines.counts;
}

/** Writes NDJSON files and counts their lines; null is left out. */
function createLines({ add }: Writing) {
  const counts: Record<string, number> = {};
  const lines = async (kind: string, records: AsyncIterable<object | null>): Promise<void> => {
    counts[kind] = 0;
    const text = mapped(records, (record) => {
      if (record === null) return '';
      counts[kind]! += 1;
      return `${JSON.stringify(record)}\n`;
    });
    await add(`${kind}.ndjson`, text, { count: () => counts[kind]! });
  };
  return Object.assign(lines, { counts });
}

/** The messages once more, with word of how far it is. */
async function* messagesOf(
  { reading, plan, onStep, onProgress }: Writing,
  step: string,
): AsyncIterable<ExportedMessage> {
  await onStep(step, plan.messages);
  let done = 0;
  for await (const message of exportedMessages(reading, plan)) {
    yield message;
    onProgress((done += 1));
  }
}

function see(seen: { perThread: Map<string, number>; attachments: number }, message: ExportedMessage): void {
  seen.perThread.set(message.threadId, (seen.perThread.get(message.threadId) ?? 0) + 1);
  seen.attachments += message.attachments.length;
}

async function* attachmentsOf(messages: AsyncIterable<ExportedMessage>): AsyncIterable<object> {
  for await (const { id: messageId, threadId, senderId, createdAt, attachments } of messages)
    for (const attachment of attachments) yield { messageId, threadId, senderId, sentAt: createdAt, ...attachment };
}

/** `complete` is false where events of it wait for an operator; `incomplete` says of what. */
function manifestText({ reading, requestId, generatedAt, plan }: Writing, files: readonly object[]): string {
  const { tenantId: tenant, subject } = reading;
  const { incomplete } = plan;
  const whole = { complete: incomplete.length === 0, ...(incomplete.length > 0 && { incomplete }) };
  const manifest = { schema: EXPORT_SCHEMA, tenant, subject, requestId, generatedAt, ...whole, files };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

async function* mapped<From, To>(source: AsyncIterable<From>, change: (value: From) => To): AsyncIterable<To> {
  for await (const value of source) yield change(value);
}

async function* observed<Item>(source: AsyncIterable<Item>, see: (item: Item) => void): AsyncIterable<Item> {
  for await (const item of source) {
    see(item);
    yield item;
  }
}

async function* nothing(): AsyncIterable<never> {}
