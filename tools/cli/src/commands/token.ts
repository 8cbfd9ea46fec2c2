import {
  authConfigShape,
  checkAuthConfig,
  createTokenVerifier,
  explainAccess,
  tokenSettings,
  type Actor,
  type ThreadAccess,
} from '@threadlog/auth';
import { ProblemError, rootThreadId, type ParticipantRole } from '@threadlog/events';
import { activeGeneration, generationSchema, type Database } from '@threadlog/read-models';
import { loadConfig } from '@threadlog/service';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { onDeployment, type CommandContext } from '../context';
import { CommandError, EXIT, table, type Outcome } from '../outcome';

/** What a token says, and whether this configuration takes it: as whom, or why not. The signature is not shown. */
export async function tokenDecode(context: CommandContext, given: string): Promise<Outcome> {
  const token = tokenFrom(given);
  const said = { header: partOf(token, 0), claims: partOf(token, 1) };
  const verdict = await verified(context, token);
  const text = [
    ...[`header: ${JSON.stringify(said.header)}`, `claims: ${JSON.stringify(said.claims)}`],
    ...('actor' in verdict
      ? [`taken: ${nameOf(verdict.actor)}`, ...factsOf(verdict.actor)]
      : [`NOT taken: ${verdict.refused}`]),
  ].join('\n');
  return { ok: 'actor' in verdict, text, json: { ...said, taken: 'actor' in verdict, ...verdict } };
}

/** Whether the bearer of a token sees a thread, and why: the access rule, clause by clause. Not ok where it may not read it. */
export async function tokenExplain(context: CommandContext, given: string, threadId: string): Promise<Outcome> {
  const verdict = await verified(context, tokenFrom(given));
  if ('refused' in verdict) {
    const json = { taken: false, refused: verdict.refused, sees: false, reads: false };
    return { ok: false, text: `the token is NOT taken: ${verdict.refused}`, json };
  }
  const { actor } = verdict;
  const access = await onDeployment(context, ({ database }) => accessTo(database, actor, threadId));
  if (access === null) {
    const text = `${actor.tenantId} has no thread ${threadId}, or it was deleted: answered 404 to everybody`;
    return { ok: false, text, json: { taken: true, exists: false, sees: false, reads: false } };
  }
  const { sees, reads, visibleFrom, reasons } = explainAccess(actor, access);
  const from = visibleFrom === 1 ? 'all of it' : `from message ${visibleFrom} on`;
  const text = [
    `${nameOf(actor)} ${reads ? `sees thread ${threadId}, ${from}` : `does NOT see thread ${threadId}: answered ${sees ? 403 : 404}`}`,
    '',
    table(
      ['', 'clause', 'here'],
      reasons.map(({ holds, clause, says }) => [holds ? 'yes' : 'no', clause, says]),
    ),
    '',
    'Seen is what is of the tenant, and where one of these holds: takes part, learner in scope, administers. A sub-thread has to begin where its root is seen.',
  ].join('\n');
  return { ok: reads, text, json: { taken: true, exists: true, sees, reads, visibleFrom, reasons } };
}

/** A token is worth a password: `-` reads it from standard input, where no list of processes shows it. */
function tokenFrom(given: string): string {
  const token = (given === '-' ? readFileSync(0, 'utf8') : given).trim().replace(/^Bearer\s+/i, '');
  if (token === '') throw new CommandError('there is no token', EXIT.usage);
  return token;
}

function partOf(token: string, at: 0 | 1): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString()) as unknown;
  } catch {
    return null;
  }
}

async function verified({ env }: CommandContext, token: string): Promise<{ actor: Actor } | { refused: string }> {
  const schema = z.object(authConfigShape).superRefine(checkAuthConfig);
  const verifier = createTokenVerifier(tokenSettings(loadConfig(schema, env, { warn: () => undefined })));
  try {
    return { actor: await verifier.verify(token) };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'unauthorized') throw error;
    return { refused: error.problem.detail ?? error.problem.code };
  }
}

const nameOf = ({ role, id, tenantId }: Actor): string => `${role} ${id} of ${tenantId}`;

function factsOf({ permissions, learnerScope, expiresAt }: Actor): string[] {
  const scope = learnerScope === '*' ? 'all of the tenant' : [...learnerScope, 'itself'].join(', ');
  return [
    `permissions: ${permissions.join(', ') || 'none'}`,
    `learners in scope: ${scope}`,
    `ends: ${expiresAt === null ? 'never' : new Date(expiresAt * 1_000).toISOString()}`,
  ];
}

interface AccessRow {
  learner_id: string | null;
  root_version: number | null;
  role: ParticipantRole | null;
  visible_from_index: number;
  visible_from_version: number;
}

/** What access to a thread depends on, as the served read model has it; null where there is no such thread. */
async function accessTo(database: Database, actor: Actor, threadId: string): Promise<ThreadAccess | null> {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query<AccessRow>(
    `select r.learner_id, t.root_version, p.role, p.visible_from_index, p.visible_from_version
     from ${schema}.threads t
     join ${schema}.threads r on r.tenant_id = t.tenant_id and r.thread_id = $3 and r.deleted_at is null
     left join ${schema}.participants p
       on p.tenant_id = t.tenant_id and p.thread_id = $3 and p.user_id = $4 and p.removed_at is null
     where t.tenant_id = $1 and t.thread_id = $2 and t.deleted_at is null`,
    [actor.tenantId, threadId, rootThreadId(threadId), actor.id],
  );
  const [row] = rows;
  if (!row) return null;
  const { role, visible_from_index: visibleFromIndex, visible_from_version: visibleFromSeq } = row;
  const participant = role === null ? null : { role, visibleFromIndex, visibleFromSeq };
  return { tenantId: actor.tenantId, learnerId: row.learner_id, participant, beginsAtSeq: row.root_version };
}
