// Writes the export of a person with as many messages as the first argument says, out of a source that makes them up,
// and prints how large the heap was on the way, each time so many as the second one says were done: run with --expose-gc.
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers';
import { writeExport } from '../../dist/export/write.js';
import { createArchive } from '../../dist/export/zip.js';

const [total, sampled] = process.argv.slice(2).map(Number);
const tenantId = 'acme';
const AT = '2026-01-01T00:00:00.000000Z';
const TEXT = 'v1.'.padEnd(120, 'abcdefghij');

const message = ({ thread_id, message_index }) => ({
  tenant_id: tenantId,
  thread_id,
  message_index,
  message_id: `${thread_id}-${message_index}`,
  sender_id: 'lena',
  sender_type: 'user',
  message_type: 'text',
  content: TEXT,
  metadata: null,
  attachments: message_index % 100 === 0 ? TEXT : null,
  reply_to: null,
  mentions: [],
  client_message_id: null,
  edit: 1,
  pinned: false,
  reactions: null,
  created_at: AT,
  updated_at: AT,
  deleted_at: null,
  delete_reason: null,
});
const formerText = ({ thread_id, message_index, sender_id }) => ({
  tenant_id: tenantId,
  thread_id,
  message_index,
  slot: 0,
  edit: 0,
  sender_id,
  content: TEXT,
  edited_at: AT,
  version: 2,
});
const thread = {
  tenant_id: tenantId,
  thread_id: 'big',
  learner_id: null,
  title: null,
  metadata: null,
  parent_thread_id: null,
  created_at: AT,
  last_message_index: total,
};
const later = (value) => new Promise((resolve) => setImmediate(resolve, value));
const samples = [];
const reading = {
  tenantId,
  subject: { kind: 'user', id: 'lena' },
  messages: { byKeys: (keys) => later(keys.map(message)), editsOfEach: (_tenant, rows) => later(rows.map(formerText)) },
  opener: {
    prepare: () => Promise.resolve(),
    open: (_tenant, { sealed }, { field }) =>
      field === 'attachments' ? [{ externalFileId: 'file' }] : `${sealed}${Math.random()}`,
  },
  profiles: { of: () => Promise.resolve(() => undefined) },
  threads: {
    usersByIds: () => Promise.resolve([]),
    threadsByIds: () => Promise.resolve([thread]),
    participantsOf: () => Promise.resolve([]),
  },
  people: {
    threadsWith: (_tenant, _person, { after }) => Promise.resolve(after === '' ? ['big'] : []),
    threadsBelow: () => Promise.resolve([]),
    readingOf: () => Promise.resolve([]),
    membershipsIn: () => Promise.resolve([]),
  },
  senders: {
    countOf: () => Promise.resolve(total),
    messageKeysOf(_tenant, _sender, { after, limit }) {
      const first = (after?.message_index ?? 0) + 1;
      const count = Math.max(0, Math.min(limit, total - first + 1));
      const keys = Array.from({ length: count }, (_, at) => ({ thread_id: 'big', message_index: first + at }));
      return later(keys);
    },
  },
  statements: { rows: () => Promise.resolve([]), planned: () => Promise.resolve([]) },
  note: () => Promise.resolve(),
  check: () => Promise.resolve(),
};

const hash = createHash('sha256');
let bytes = 0;
const sink = new Writable({
  write(piece, _encoding, done) {
    hash.update(piece);
    bytes += piece.length;
    // A store that takes its time: what cannot be written must not pile up.
    setImmediate(done);
  },
});
const archive = createArchive(new Date());
const ended = new Promise((resolve, reject) => sink.on('finish', resolve).on('error', reject));
archive.output.pipe(sink);
const written = await writeExport(reading, archive, {
  requestId: 'r',
  generatedAt: AT,
  onStep: () => Promise.resolve(),
  onProgress(done) {
    if (done % sampled !== 0) return;
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    samples.push(heapUsed + external);
  },
});
await ended;
process.stdout.write(JSON.stringify({ counts: written.counts, files: written.files, bytes, samples }));
