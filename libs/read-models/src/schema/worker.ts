/**
 * How far retention has looked through each tenant's messages, by id: what is not deleted up to there was held. `hold_ids`
 * are the holds it was kept from by; when one of them is gone, the walk starts over.
 */
export const RETENTION_POSITIONS_SQL = `
create table if not exists threadlog.retention_positions (
  tenant_id text primary key,
  message_id text not null,
  hold_ids text[] not null,
  began_at timestamptz not null default clock_timestamp()
);
`;

/** How far each tenant's feed is published: everything of a partition below `next_offset`. */
export const FEED_POSITIONS_SQL = `
create table if not exists threadlog.feed_positions (
  tenant_id text not null,
  partition integer not null,
  next_offset bigint not null,
  max_epoch bigint not null,
  primary key (tenant_id, partition)
);
`;
