import { tenantId } from '@threadlog/events';
import { createDatabase, migrate, type Database } from '@threadlog/read-models';
import { testStack } from '@threadlog/testing';
import { limitedTenants, limitOf } from './tenants';

const stack = testStack();

describe('tenants that keep messages for a time', () => {
  let database: Database;
  beforeAll(async () => {
    database = createDatabase({ url: await stack.freshDatabase() });
    await migrate(database, { messages: 'postgres' });
    await database.query(
      `insert into read_1.tenants (tenant_id, retention_days, retention_default, holds, erasing, version)
       values ('acme', 30, false, '[]', '[]', 1), ('waiting', 30, false, '[]', '[]', 1)`,
    );
    await database.query(
      `insert into read_1.threads (tenant_id, thread_id, type, channel, status, created_by, created_by_type, created_at,
         updated_at, version, settings_version, agent_mode)
       select id, 't', 'group', 'chat', 'active', 'ada', 'user', '', '', 1, 1, 'auto' from unnest('{acme,silent,waiting}'::text[]) id`,
    );
    await database.query(
      `insert into read_1.parked_keys (record_key, partition, since_offset) values ('waiting/tenant/waiting', 0, 1)`,
    );
  });
  afterAll(() => database.end());

  it.each([
    [null, ['acme']],
    [90, ['acme', 'silent']],
  ])('leaves out those whose holds are not all known, with %s days for all', async (defaultDays, expected) => {
    const source = { database, generation: 1, defaultDays };
    const found: string[] = [];
    for await (const one of limitedTenants(source)) found.push(one.tenantId);
    expect(found).toEqual(expected);
    expect(await limitOf(source, tenantId('waiting'))).toBeNull();
    expect(await limitOf(source, tenantId('acme'))).toMatchObject({ days: 30, holds: [] });
    expect(await limitOf(source, tenantId('silent'))).toEqual(
      defaultDays === null ? null : { tenantId: 'silent', days: defaultDays, holds: [] },
    );
  });
});
