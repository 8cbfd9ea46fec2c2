/**
 * Files of exports, and whose text or profile is in each. They outlive generations: a file must go at its time, and with
 * the people in it, whatever becomes of the read model. `outcome` is what was reported of a finished file.
 */
export const EXPORT_FILES_SQL = `
create table if not exists threadlog.export_files (
  object_name text primary key,
  tenant_id text not null,
  request_id text not null,
  outcome jsonb,
  created_at timestamptz not null default clock_timestamp(),
  touched_at timestamptz not null default clock_timestamp(),
  ready_at timestamptz,
  expires_at timestamptz,
  dropping_at timestamptz,
  deleted_at timestamptz
);
create index if not exists export_files_live on threadlog.export_files (tenant_id, request_id)
  where deleted_at is null;
create unique index if not exists export_files_ready on threadlog.export_files (tenant_id, request_id)
  where ready_at is not null and deleted_at is null;

create table if not exists threadlog.export_people (
  object_name text not null references threadlog.export_files on delete cascade,
  tenant_id text not null,
  person_id text not null,
  primary key (object_name, person_id)
);
create index if not exists export_people_by_person on threadlog.export_people (tenant_id, person_id);
`;
