import type { CommandInput, CommandRouter } from '@threadlog/commands';
import { privacyStream } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import {
  activeGeneration,
  createProjectionWait,
  generationSchema,
  logEnds,
  lookAtServed,
  type Database,
} from '@threadlog/read-models';
import type { Logger } from '@threadlog/service';
import { carryOut, command } from '../actor';
import { JOB_PACE, JobWaits, type JobHandler, type JobRequest, type JobRun } from '../jobs/job';
import { buildExport, ExportDropped, type BuildDeps } from './build';
import type { ExportOutcome } from './files';

export interface ExportJobDeps extends BuildDeps {
  router: CommandRouter;
  log: Pick<EventLog, 'head' | 'partitions'>;
  logger: Pick<Logger, 'info'>;
}

/** What a run leaves to the next one: how far the read model has to be before the export begins. */
export type ExportState = { heads: number[] };

type Reported = CommandInput<'privacy.report'>['outcome'];

/**
 * Makes exports. A file is either there and on record or made again from the start, so a run may end anywhere; what is
 * reported of it stands in its record, so reporting again says the same.
 */
export function createExportHandler(deps: ExportJobDeps): JobHandler<ExportState> {
  const { router, database, files } = deps;
  const report = (request: JobRequest, outcome: Reported): Parameters<typeof command>[2] => ({
    type: 'privacy.report',
    input: { subject: request.subject, requestId: request.requestId, outcome },
  });

  async function made(run: JobRun<ExportState>): Promise<ExportOutcome | null> {
    const { request } = run;
    const ready = await files.ready(request);
    if (ready) return ready.outcome;
    if (await isErased(database, request)) return null;
    await projected(deps, run);
    const began = performance.now();
    try {
      const outcome = await buildExport(deps, { request, signal: run.signal, ...marking(run) });
      deps.logger.info(described(request, outcome, performance.now() - began), 'an export was made');
      return outcome;
    } catch (error) {
      if (error instanceof ExportDropped && (await isErased(database, request))) return null;
      throw error;
    }
  }

  return {
    kind: 'export',
    async run(run) {
      const { request } = run;
      const outcome = await made(run);
      const said: Reported = outcome
        ? { type: 'exported', ...outcome }
        : { type: 'export_failed', code: 'subject_erased' };
      await command(router, request.tenantId, report(request, said));
    },
    async giveUp(request, code) {
      const result = await carryOut(router, request.tenantId, report(request, { type: 'export_failed', code }));
      return result.ok;
    },
  };
}

/** How much there was, and how fast it went. */
function described({ tenantId, requestId }: JobRequest, { counts, bytes }: ExportOutcome, ms: number) {
  const { messages = 0 } = counts;
  const messages_per_second = Math.round((messages * 1_000) / Math.max(ms, 1));
  return { tenant_id: tenantId, request: requestId, messages, bytes, ms: Math.round(ms), messages_per_second };
}

/** Steps are saved with what the next run needs; how far one has come is a hint. */
function marking(run: JobRun<ExportState>) {
  // Only whether the read model is far enough is asked again, and it never goes back.
  const state = run.state ?? { heads: [] };
  let total = 0;
  return {
    async onStep(step: string, messages: number) {
      total = messages;
      await run.save(state, { step, done: 0, total: messages });
    },
    onProgress: (done: number) => run.progress(done, total),
  };
}

/** Whether the person was erased and not let in again: nothing is left to export. */
async function isErased(database: Database, { tenantId, subject }: JobRequest): Promise<boolean> {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query(
    `select 1 from ${schema}.chat_deletion_logs
      where tenant_id = $1 and stream_id = $2 and erased_at is not null and readmitted_at is null limit 1`,
    [tenantId, privacyStream(tenantId, subject).id],
  );
  return rows.length > 0;
}

const PATIENCE_MS = 10_000;
const RETRY_MS = 2_000;

/**
 * Waits until the read model has everything that was in the log when the export was first looked at: whoever writes and
 * then asks for an export finds it in there.
 */
async function projected({ database, log }: ExportJobDeps, run: JobRun<ExportState>): Promise<void> {
  const heads = run.state?.heads ?? [...(await logEnds(log)).values()];
  await run.save({ heads }, { step: 'projection' });
  const wait = createProjectionWait({ look: () => lookAtServed(database), pace: JOB_PACE });
  const seen = await wait.until(new Map(heads.entries()), { timeoutMs: PATIENCE_MS, signal: run.signal });
  if (!seen) throw new JobWaits('projection', RETRY_MS);
}
