import type { TenantId } from '@threadlog/events';
import type { CommandInput } from '@threadlog/commands';
import type { Database } from '@threadlog/read-models';
import { inTransaction } from '@threadlog/read-models';
import { objectName } from './store/names';
import type { ExportStore } from './store/port';

/** What is reported of a finished export. */
export type ExportOutcome = Omit<Extract<CommandInput<'privacy.report'>['outcome'], { type: 'exported' }>, 'type'>;

export interface ReadyFile {
  objectName: string;
  outcome: ExportOutcome;
}

export interface RequestPlace {
  tenantId: TenantId;
  requestId: string;
}

/**
 * The files of exports and whose text or profile is in each. A file is on record before its first byte is written and
 * until its last one is gone, so what the store holds beside the record is nobody's and can be removed.
 */
export interface ExportFiles {
  /** Opens the record of a new file and discards what earlier attempts at the request left. */
  begin(request: RequestPlace): Promise<string>;
  /** Notes, durably, that text or profiles of these people are about to be in the file. */
  addPeople(request: Pick<RequestPlace, 'tenantId'>, name: string, people: readonly string[]): Promise<void>;
  /** Says that the file is still being written; false when it must not be any more, because somebody in it is erased. */
  touch(name: string): Promise<boolean>;
  /** Makes the file available; false when it must not be, or another attempt was first. */
  complete(name: string, outcome: ExportOutcome): Promise<boolean>;
  /** Removes the object, then closes its record. */
  discard(name: string): Promise<void>;
  /** The finished file of a request, until it expires or is dropped. */
  ready(request: RequestPlace): Promise<ReadyFile | null>;
  /**
   * Deletes every file that holds something of this person, of the whole tenant with null. Durable when it resolves
   * with their number. A file that is being written is forbidden at once and goes when its writer notices: until then it
   * is not in that number, but in `countFor`.
   */
  dropFor(tenantId: TenantId, subjectId: string | null): Promise<number>;
  /** Files that hold something of this person, of the whole tenant with null, and are not gone yet. */
  countFor(tenantId: TenantId, subjectId: string | null): Promise<number>;
}

export interface ExportFilesOptions {
  database: Database;
  store: Pick<ExportStore, 'delete'>;
}

export function createExportFiles({ database, store }: ExportFilesOptions): ExportFiles {
  const names = async (text: string, values: unknown[]): Promise<NameRow[]> =>
    (await database.query<NameRow>(text, values)).rows;

  /** The object first: a record that is closed promises that nothing is left. */
  async function discard(name: string): Promise<void> {
    await store.delete(name);
    await inTransaction(database, async (client) => {
      await client.query(CLOSE, [name]);
      await client.query('delete from threadlog.export_people where object_name = $1', [name]);
    });
  }

  return {
    discard,
    async begin({ tenantId, requestId }) {
      const earlier = await names(
        `update ${FILES} set dropping_at = coalesce(dropping_at, clock_timestamp())
        where tenant_id = $1 and request_id = $2 and deleted_at is null returning object_name`,
        [tenantId, requestId],
      );
      for (const { object_name } of earlier) await discard(object_name);
      const name = objectName(tenantId, requestId);
      await database.query(`insert into ${FILES} (object_name, tenant_id, request_id) values ($1, $2, $3)`, [
        name,
        tenantId,
        requestId,
      ]);
      return name;
    },
    async addPeople({ tenantId }, name, people) {
      await database.query(
        `insert into threadlog.export_people (object_name, tenant_id, person_id)
          select $1, $2, unnest($3::text[]) on conflict do nothing`,
        [name, tenantId, people],
      );
    },
    async touch(name) {
      const alive = await names(`update ${FILES} set touched_at = clock_timestamp() where ${WRITABLE}`, [name]);
      return alive.length > 0;
    },
    complete: (name, outcome) => complete(database, name, outcome),
    async ready({ tenantId, requestId }) {
      const { rows } = await database.query<ReadyFile>(
        `select object_name as "objectName", outcome from ${FILES} where tenant_id = $1 and request_id = $2
          and ready_at is not null and dropping_at is null and deleted_at is null and expires_at > clock_timestamp()`,
        [tenantId, requestId],
      );
      return rows[0] ?? null;
    },
    ...dropping({ database, store }, discard),
  };
}

/** The half that erasures use. */
function dropping(
  { database, store }: ExportFilesOptions,
  discard: ExportFiles['discard'],
): Pick<ExportFiles, 'dropFor' | 'countFor'> {
  return {
    async dropFor(tenantId, subjectId) {
      const { rows: held } = await database.query<NameRow>(
        `update ${FILES} f set dropping_at = coalesce(dropping_at, clock_timestamp()) where ${HOLDS}
          returning object_name, ready_at is not null as finished`,
        [tenantId, subjectId],
      );
      for (const { object_name, finished } of held) {
        // What is still being written would come after its deletion: its writer closes the record.
        if (finished) await discard(object_name);
        else await store.delete(object_name);
      }
      return held.filter(({ finished }) => finished).length;
    },
    async countFor(tenantId, subjectId) {
      const { rows } = await database.query<{ count: number }>(`select count(*) from ${FILES} f where ${HOLDS}`, [
        tenantId,
        subjectId,
      ]);
      return rows[0]?.count ?? 0;
    },
  };
}

interface NameRow {
  object_name: string;
  finished: boolean;
}

const FILES = 'threadlog.export_files';
const WRITABLE =
  'object_name = $1 and dropping_at is null and deleted_at is null and ready_at is null returning object_name';
const HOLDS = `f.tenant_id = $1 and f.deleted_at is null and ($2::text is null or exists (
  select from threadlog.export_people p where p.object_name = f.object_name and p.tenant_id = $1 and p.person_id = $2))`;
const CLOSE = `update ${FILES} set deleted_at = clock_timestamp(), outcome = null
  where object_name = $1 and deleted_at is null`;
const COMPLETE = `update ${FILES} set ready_at = clock_timestamp(), outcome = $2, expires_at = $3 where ${WRITABLE}`;

const UNIQUE_VIOLATION = '23505';

/** One file a request: the index refuses a second one, where two workers thought that they lead. */
async function complete(database: Database, name: string, outcome: ExportOutcome): Promise<boolean> {
  try {
    const { rows } = await database.query(COMPLETE, [name, JSON.stringify(outcome), outcome.expiresAt]);
    return rows.length > 0;
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}
