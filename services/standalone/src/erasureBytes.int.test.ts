import type { ThreadResource } from '@threadlog/events';
import { testActor } from '@threadlog/testing';
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { givenErasureBed, officer } from './testing/erasureBed';

/** Text of the person: it may be nowhere. */
const TEXT = 'Zwetschgenkuchen-of-ada';
const EDITED = 'Apfelstrudel-of-ada';
const TITLE = 'Marillenknoedel-of-ada';
const NAME = 'Adalgisa-Xylander';
/** An id, which is no text and stays in the clear: it must be found in every store, or the scan sees nothing. */
const CONTROL = 'control-needle-7f3a91c2';

const SERVERS = ['kafka', 'postgres', 'mongo'] as const;

/**
 * Looks at every byte that the servers have on disk. Needs servers whose directories are on this machine, as those of
 * the embedded stack are; of any others only what they answer could be looked at, which other tests do.
 */
describe('an erasure, byte by byte', () => {
  const bed = givenErasureBed('mongo');

  it('leaves no clear text in the files of any server, where an id is found in all of them', async () => {
    const root = await dataDirectory();
    if (root === null) return expect(sourceOfServers()).not.toBe('embedded');
    const tenant = CONTROL;
    const ada = testActor('ada', { tenant });
    const begun = await bed.as(ada).call<ThreadResource>('POST', '/api/v1/threads', { title: TITLE, learnerId: null });
    const path = `/api/v1/threads/${begun.body.id}/messages`;
    const posted = await bed.as(ada).call<{ id: string }>('POST', path, { content: TEXT });
    expect(posted.status).toBe(201);
    await bed.as(ada).call('PATCH', `${path}/${posted.body.id}`, { content: EDITED });
    await bed.internally(tenant).call('POST', '/api/users/sync', { externalUserId: 'ada', displayName: NAME });
    await bed.startWorker();
    const done = await bed.erased(officer(tenant), { userId: 'ada' });
    expect(done.status).toBe('completed');
    await bed.runtime.database.query('checkpoint');

    for (const server of SERVERS) {
      const found = await scan(join(root, server), [TEXT, EDITED, TITLE, NAME, CONTROL]);
      expect([server, [...found].sort()]).toEqual([server, [CONTROL]]);
    }
  }, 120_000);

  /** Where the embedded stack keeps its servers' data; null where the servers are somewhere else. */
  async function dataDirectory(): Promise<string | null> {
    const { rows } = await bed.runtime.database.query<{ data_directory: string }>('show data_directory');
    // The servers' directories lie side by side; the database may be some levels below its own.
    for (let root = rows[0]!.data_directory; root !== dirname(root); root = dirname(root)) {
      if (SERVERS.every((server) => existsSync(join(root, server)))) return root;
    }
    return null;
  }
});

/** Where the servers of this run come from. */
function sourceOfServers(): string {
  return (JSON.parse(process.env.THREADLOG_TEST_STACK ?? '{}') as { source: string }).source;
}

const CHUNK_BYTES = 1 << 20;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Which of these words stand anywhere in the files below a directory, in UTF-8 or UTF-16. */
async function scan(directory: string, words: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const forms = words.flatMap((word) =>
    (['utf8', 'utf16le'] as const).map((encoding) => ({ word, bytes: Buffer.from(word, encoding) })),
  );
  const overlap = Math.max(...forms.map(({ bytes }) => bytes.length)) - 1;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    let tail = Buffer.alloc(0);
    try {
      for await (const chunk of createReadStream(join(entry.parentPath, entry.name), { highWaterMark: CHUNK_BYTES })) {
        // Servers make files long before they fill them: what was never written needs no search.
        if (ZEROS.subarray(0, (chunk as Buffer).length).equals(chunk as Buffer)) {
          tail = Buffer.alloc(0);
          continue;
        }
        const bytes = Buffer.concat([tail, chunk as Buffer]);
        for (const form of forms) if (bytes.includes(form.bytes)) found.add(form.word);
        tail = bytes.subarray(Math.max(0, bytes.length - overlap));
      }
    } catch (error) {
      // Servers take files away while they are looked at.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return found;
}
