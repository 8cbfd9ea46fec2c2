import type { Actor } from '@threadlog/auth';
import { problem, ProblemError, type TenantId, notThere } from '@threadlog/events';
import { activeGeneration, generationSchema, type Database, type ExportLogRow } from '@threadlog/read-models';
import type { RouteRequest } from '@threadlog/service';
import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { ReadyFile } from '../export/files';
import { ExportStoreError } from '../export/store/port';
import type { WorkerHttpDeps } from './deps';

/** The export of this id, or null. */
export async function findExport(
  database: Database,
  tenantId: TenantId,
  requestId: string,
): Promise<ExportLogRow | null> {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query<ExportLogRow>(
    `select * from ${schema}.chat_export_logs where tenant_id = $1 and request_id = $2`,
    [tenantId, requestId],
  );
  return rows[0] ?? null;
}

/** Whoever may not have an export must not learn that there is one. */
export const noSuchExport = notThere;

type Raw = RouteRequest['raw'];

/**
 * Sends the file of an export to an actor who may have it. The download is in the log before the first byte is on its
 * way; a HEAD request sends none and leaves nothing there.
 */
export async function sendExport(deps: WorkerHttpDeps, row: ExportLogRow, actor: Actor, raw: Raw): Promise<undefined> {
  if (row.status !== 'completed')
    throw problem('conflict', `the export is ${row.status}, there is nothing to download`);
  const file = await deps.files.ready({ tenantId: row.tenant_id, requestId: row.request_id });
  if (!file) throw gone();
  if (raw.request.method === 'HEAD') {
    describe(raw, row, file);
    raw.response.end();
    return;
  }
  const giveBack = deps.slots.take(row.tenant_id);
  if (!giveBack) throw problem('overloaded', 'too many exports are being downloaded', { retryAfter: 5 });
  try {
    await stream(deps, { row, actor, file }, raw);
  } finally {
    giveBack();
  }
}

interface Download {
  row: ExportLogRow;
  actor: Actor;
  file: ReadyFile;
}

/** Milliseconds in which a client takes nothing, after which it counts as gone. */
const STALLED_MS = 60_000;

async function stream(deps: WorkerHttpDeps, { row, actor, file }: Download, raw: Raw): Promise<void> {
  const { body, bytes } = await deps.store.get(file.objectName).catch(storeProblem);
  try {
    if (bytes !== file.outcome.bytes) throw new Error(`the file of an export has ${bytes} bytes`);
    await audit(deps, row, actor);
  } catch (error) {
    body.destroy();
    throw error;
  }
  const { response } = raw;
  describe(raw, row, file);
  response.setTimeout(STALLED_MS, () => void response.destroy());
  // The head is sent: whatever ends it now ends the connection, and the client sees that bytes are missing.
  await pipeline(body, response).catch(() => void response.destroy());
}

function describe({ response }: Raw, row: ExportLogRow, { outcome }: ReadyFile): void {
  response.statusCode = 200;
  response.setHeader('Content-Type', 'application/zip');
  response.setHeader('Content-Length', outcome.bytes);
  response.setHeader('Content-Disposition', `attachment; filename="export-${row.request_id}.zip"`);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Repr-Digest', `sha-256=:${Buffer.from(outcome.sha256, 'hex').toString('base64')}:`);
}

const TIMEOUT_MS = 10_000;

async function audit({ router }: WorkerHttpDeps, row: ExportLogRow, actor: Actor): Promise<void> {
  const result = await router.execute({
    actor,
    command: {
      type: 'privacy.report',
      input: {
        subject: { kind: row.subject_kind, id: row.subject_id },
        requestId: row.request_id,
        outcome: { type: 'downloaded' },
      },
    },
    idempotencyKey: null,
    correlationId: `download-${randomUUID()}`,
    timeoutMs: TIMEOUT_MS,
  });
  if (!result.ok) throw new ProblemError(result.problem);
}

const gone = () => problem('gone', 'the file of this export is gone: it expired, or somebody in it was erased');

function storeProblem(error: unknown): never {
  if (!(error instanceof ExportStoreError)) throw error;
  if (error.code === 'not_found') throw gone();
  throw new ProblemError(
    { code: 'unavailable', detail: 'the store of export files cannot be read', retryAfter: 5 },
    { cause: error },
  );
}
