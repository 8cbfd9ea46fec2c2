import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { MessageStore, Database } from '@threadlog/read-models';
import { activeGeneration } from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { JobRequest } from '../jobs/job';
import type { ExportFiles, ExportOutcome } from './files';
import { createPeopleNotes } from './people';
import { createReading, type Reading } from './source/reading';
import type { ExportStore } from './store/port';
import { writeExport } from './write';
import type { WriteOptions } from './writing';
import { createArchive } from './zip';

/** Thrown where somebody whose text may be in the file was erased while it was written: it has to be made again. */
export class ExportDropped extends Error {
  override readonly name = 'ExportDropped';
  constructor() {
    super('the file must not be finished, because somebody in it is being erased');
  }
}

export interface BuildDeps {
  database: Database;
  messageStore(generation: number): Pick<MessageStore, 'byKeys' | 'editsOfEach'>;
  sealing: Opener;
  store: Pick<ExportStore, 'put'>;
  files: ExportFiles;
  /** How long the file stays. */
  ttlHours: number;
}

export interface BuildRun extends Pick<WriteOptions, 'onStep' | 'onProgress'> {
  request: Pick<JobRequest, 'tenantId' | 'requestId' | 'subject'>;
  signal: AbortSignal;
}

/**
 * Makes the file of an export and keeps it: read, packed and stored in one stream. Whatever an earlier attempt left is
 * discarded first, and what this one leaves when it fails. Throws `ExportDropped` where it must not be finished.
 */
export async function buildExport(deps: BuildDeps, run: BuildRun): Promise<ExportOutcome> {
  const { files } = deps;
  const { request } = run;
  const name = await files.begin(request);
  try {
    await files.addPeople(request, name, [request.subject.id]);
    const outcome = await write(deps, run, name);
    if (await files.complete(name, outcome)) return outcome;
  } catch (error) {
    // A file that was forbidden may fail in any way, since it was taken from under its writer.
    const forbidden = await files.touch(name).then(
      (allowed) => !allowed,
      () => false,
    );
    // What cannot be discarded now is discarded by the next attempt, or swept.
    await files.discard(name).catch(() => undefined);
    throw forbidden ? new ExportDropped() : error;
  }
  await files.discard(name);
  const other = await files.ready(request);
  if (other) return other.outcome;
  throw new ExportDropped();
}

async function write(deps: BuildDeps, run: BuildRun, name: string): Promise<ExportOutcome> {
  const at = new Date();
  const archive = createArchive(at);
  const measured = createMeasure();
  const stop = () => archive.fail(new Error('the worker stops'));
  run.signal.addEventListener('abort', stop, { once: true });
  archive.output.on('error', (error) => measured.stream.destroy(error));
  measured.stream.on('error', (error) => archive.fail(error));
  const kept = deps.store.put(name, archive.output.pipe(measured.stream));
  // A store that gave up takes no more: writing has to end, too.
  kept.catch((error: Error) => archive.fail(error));
  try {
    run.signal.throwIfAborted();
    const reading = await openReading(deps, run, name);
    const { onStep, onProgress } = run;
    const options = { requestId: run.request.requestId, generatedAt: micro(at), onStep, onProgress };
    const written = await writeExport(reading, archive, options).catch((error: Error) => {
      archive.fail(error);
      throw error;
    });
    await kept;
    const expiresAt = micro(new Date(Date.now() + deps.ttlHours * HOUR_MS));
    return { ...written, ...measured.result(), expiresAt };
  } finally {
    run.signal.removeEventListener('abort', stop);
    await kept.catch(() => undefined);
  }
}

const HOUR_MS = 3_600_000;
/** Milliseconds between two looks whether the file may go on being written. */
const CHECK_MS = 1_000;

async function openReading(deps: BuildDeps, { request, signal }: BuildRun, name: string): Promise<Reading> {
  const { database, files, sealing: opener } = deps;
  const { tenantId, subject } = request;
  const generation = await activeGeneration(database);
  let checkedAt = -Infinity;
  return createReading({
    database,
    generation,
    tenantId,
    subject,
    opener,
    messages: deps.messageStore(generation),
    note: createPeopleNotes((people) => files.addPeople(request, name, people)),
    async check() {
      signal.throwIfAborted();
      if (performance.now() - checkedAt < CHECK_MS) return;
      if (!(await files.touch(name))) throw new ExportDropped();
      checkedAt = performance.now();
    },
  });
}

/** Hashes and counts what passes. */
function createMeasure() {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      bytes += piece.length;
      done(null, piece);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}

/** A time as events write it: UTC, microseconds. */
function micro(at: Date): string {
  return `${at.toISOString().slice(0, -1)}000Z`;
}
