import { tenantId } from '@threadlog/events';
import { createRuntime, loadProcessConfig, type Runtime } from '@threadlog/runtime';
import { createReceiptSigner, type KeyEvidence, type Receipt } from '@threadlog/sealing';
import { createLogger } from '@threadlog/service';
import { testStack } from '@threadlog/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run';

const tenant = tenantId('acme');
const place = { stream: 'acme/user/ann', eventId: randomUUID(), field: 'display_name' };
const profile = (authorId: string) => ({ tenantId: tenant, authorId, threadId: null, month: null, learnerId: null });
const subject = (id: string) => ({ kind: 'subject', id }) as const;

describe('the operator’s commands', () => {
  const stack = testStack();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const directory = mkdtempSync(join(tmpdir(), 'threadlog-cli-'));
  const seed = randomBytes(32).toString('base64');
  const signer = createReceiptSigner(seed);
  let env: Record<string, string>;
  let runtime: Runtime;
  afterAll(async () => {
    await runtime.close();
    rmSync(directory, { recursive: true });
  });

  beforeAll(async () => {
    env = {
      KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      KAFKA_TOPIC_PREFIX: stack.topicPrefix(),
      CHAT_PARTITIONS: '1',
      DATABASE_URL: await stack.freshDatabase(),
      SEALING_MASTER_KEY: randomBytes(32).toString('base64'),
      PRIVACY_RECEIPT_KEY: seed,
    };
    const config = loadProcessConfig(
      {},
      { ...env, AUTH_JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes', OPS_PORT: '0' },
    );
    runtime = await createRuntime(config, { service: 'test', signal: new AbortController().signal, logger });
  }, 60_000);

  async function cli(args: string[], given = env) {
    let out = '';
    const lines: string[] = [];
    const code = await run(['--json', ...args], {
      env: given,
      out: (text) => (out += text),
      report: (line) => void lines.push(line),
    });
    return { code, lines, json: (out.startsWith('{') ? JSON.parse(out) : out) as Record<string, unknown> };
  }

  /** One value in the log, one in a column, one in bytes of a table: everywhere a proof has to look. */
  async function sealEverywhere(author: string): Promise<string> {
    const { sealed } = (await runtime.sealing.sealer(profile(author))).seal(`by ${author}`, place);
    const value = Buffer.from(JSON.stringify({ data: { display_name: { sealed } } }));
    const appender = await runtime.log.openAppender();
    await appender.append(0, [{ key: `acme/user/${author}`, value, headers: { epoch: '1' } }]);
    // What a fenced owner wrote is on the disk all the same.
    await appender.append(0, [{ key: '$control/0', value: Buffer.from('{}'), headers: { epoch: '7' } }]);
    await appender.append(0, [{ key: `acme/user/${author}`, value, headers: { epoch: '1' } }]);
    await appender.close();
    await runtime.database.query(
      `insert into read_1.quarantine (partition, log_offset, record_key, reason, value, headers)
       values (0, $1, 'k', 'r', $2, '{}')`,
      [Math.floor(Math.random() * 1e9), value],
    );
    await runtime.database.query(
      `insert into read_1.chat_deletion_logs (tenant_id, request_id, stream_id, subject_kind, subject_id, requested_by,
         status, created_at, version, reason, execute_after, error)
       values ('acme', $1, 's', 'user', $2, 'boss', 'completed', 'now', 1, 'r', 'now', $3)`,
      [`request-${author}`, author, sealed],
    );
    return sealed;
  }

  async function receiptFor(author: string, evidence: KeyEvidence[]): Promise<Receipt> {
    const at = new Date().toISOString();
    const keys = evidence.map((key) => ({ ...key, destroyedAt: key.destroyedAt?.toISOString() ?? null }));
    return signer.sign({
      ...{ version: 1, requestId: `request-${author}`, tenant, subject: { kind: 'user', id: author } },
      ...{ requestedAt: at, startedAt: at, erasedAt: at, completedAt: at },
      ...{ keys, stores: [], finalAfter: [], notes: [] },
    });
  }
  const checksOf = ({ json }: { json: Record<string, unknown> }) =>
    new Map(
      (json.checks as { check: string; checked: number; against: number; ok: boolean }[]).map((one) => [
        one.check,
        one,
      ]),
    );

  it('proves an erasure, with its receipt', async () => {
    await sealEverywhere('ann');
    const evidence = await runtime.erasures.destroy(tenant, subject('ann'), 'request-ann');
    await runtime.database.query(`update read_1.chat_deletion_logs set receipt = $1 where request_id = 'request-ann'`, [
      await receiptFor('ann', evidence),
    ]);
    const result = await cli(['privacy', 'prove', '--tenant', 'acme', '--subject', 'ann', '--request', 'request-ann']);
    const checks = checksOf(result);
    expect(checks.get('keys are destroyed')).toMatchObject({ checked: 1, against: 0, ok: true });
    expect(checks.get(`kafka ${runtime.log.topic}/0`)).toMatchObject({ checked: 2, against: 0 });
    expect(checks.get('postgres read_1.quarantine')).toMatchObject({ checked: 1, against: 0 });
    expect(checks.get('postgres read_1.chat_deletion_logs')).toMatchObject({ checked: 1, against: 0 });
    expect(checks.get('receipt')).toMatchObject({ ok: true });
    expect(result).toMatchObject({ code: 0, json: { proven: true } });
  }, 30_000);

  it('does not prove one that did not happen, was undone, or that a receipt only claims', async () => {
    await sealEverywhere('bob');
    const prove = ['privacy', 'prove', '--tenant', 'acme', '--subject', 'bob'];
    const before = await cli(prove);
    expect(before).toMatchObject({ code: 1, json: { proven: false } });
    expect(checksOf(before).get(`kafka ${runtime.log.topic}/0`)).toMatchObject({ checked: 2, against: 2, ok: false });
    expect(checksOf(before).get('postgres read_1.quarantine')).toMatchObject({ against: 1, ok: false });

    // A key store that came back, on which no process has started yet.
    await runtime.database.query('create table public.backup as select * from keystore.keys');
    const evidence = await runtime.erasures.destroy(tenant, subject('bob'), 'request-bob');
    expect(await cli(prove)).toMatchObject({ code: 0 });
    const receipt = join(directory, 'receipt.json');
    writeFileSync(receipt, JSON.stringify({ ...(await receiptFor('bob', evidence)), tenant: 'other' }));
    expect(checksOf(await cli([...prove, '--receipt', receipt])).get('receipt')).toMatchObject({ ok: false });
    writeFileSync(receipt, JSON.stringify(await receiptFor('somebody-else', evidence)));
    expect(checksOf(await cli([...prove, '--receipt', receipt])).get('receipt')).toMatchObject({ ok: false });
    await runtime.database.query(`delete from keystore.keys; insert into keystore.keys select * from public.backup`);
    expect(await cli(prove)).toMatchObject({ code: 1 });

    expect(await cli(['privacy', 'prove', '--tenant', 'acme', '--subject', 'nobody'])).toMatchObject({ code: 1 });
    expect(await cli([...prove, '--request', 'none'])).toMatchObject({
      code: 1,
      lines: expect.arrayContaining([expect.stringMatching(/no request/)]),
    });
  }, 30_000);

  it('finds a planted needle in files, and proves nothing by what it could not read', async () => {
    await sealEverywhere('cem');
    await runtime.erasures.destroy(tenant, subject('cem'), 'request-cem');
    const [needle, files] = [join(directory, 'needle.txt'), join(directory, 'files')];
    writeFileSync(needle, 'the words of Cem\n');
    mkdirSync(files);
    writeFileSync(join(files, 'segment.log'), 'nothing');
    const prove = ['privacy', 'prove', '--tenant', 'acme', '--subject', 'cem', '--needle-file', needle, '--scan'];
    expect(await cli([...prove, files])).toMatchObject({ code: 0 });
    writeFileSync(join(files, 'segment.log'), `xx${Buffer.from('and the words of Cem').toString('base64')}`);
    expect(checksOf(await cli([...prove, files])).get('bytes of files')).toMatchObject({ against: 1, ok: false });
    expect(await cli([...prove, join(directory, 'missing')])).toMatchObject({ code: 1 });
    expect(await cli(prove.slice(0, -1))).toMatchObject({ code: 64 });
  }, 30_000);

  it('rotates the master key beside running processes, and says which version may go', async () => {
    await runtime.sealing.sealer(profile('dee'));
    const [old] = (await runtime.sealing.masterKeys()).map(({ version }) => version);
    const next = { ...env, SEALING_MASTER_KEY: randomBytes(32).toString('base64') };
    // Without the old key, nothing can be unwrapped, and nothing is changed.
    expect(await cli(['keys', 'rotate'], next)).toMatchObject({ code: 78 });
    const both = { ...next, SEALING_MASTER_KEYS_OLD: env.SEALING_MASTER_KEY! };
    const rotated = await cli(['keys', 'rotate', '--batch', '2'], both);
    expect(rotated).toMatchObject({ code: 0, json: { empty: [old] } });
    expect(rotated.lines.length).toBeGreaterThan(1);
    expect(await cli(['keys', 'rotate'], both)).toMatchObject({ code: 0, json: { rewrapped: 0 } });
    const { json } = await cli(['keys', 'status'], next);
    expect(json.versions).toMatchObject([
      { version: old, current: false, keys: 0 },
      { current: true, keys: (rotated.json as { rewrapped: number }).rewrapped, overdue: false },
    ]);
    const { rows } = await runtime.database.query(
      'select count(*)::int as left from keystore.keys where master_version = $1 and wrapped is not null',
      [old],
    );
    expect(rows).toEqual([{ left: 0 }]);
  }, 30_000);

  it('handles generations and quarantine, and says what it refuses', async () => {
    expect((await cli(['generations', 'list'])).json.generations).toMatchObject([{ generation: 1, state: 'active' }]);
    expect(await cli(['generations', 'create'])).toMatchObject({ code: 0, json: { generation: 2 } });
    expect(await cli(['generations', 'compare', '1', '1'])).toMatchObject({ code: 0, json: { comparison: 'equal' } });
    expect(await cli(['generations', 'flip', '9'])).toMatchObject({ code: 1, lines: [expect.stringMatching(/9/)] });
    expect(await cli(['generations', 'drop', '1'])).toMatchObject({ code: 1 });
    expect(await cli(['generations', 'flip', 'two'])).toMatchObject({ code: 64 });
    expect(await cli(['generations', 'drop', '2'])).toMatchObject({ code: 0 });
    expect((await cli(['quarantine', 'list'])).json.records).toContainEqual(
      expect.objectContaining({ record_key: 'k', parked: false }),
    );
    expect((await cli(['quarantine', 'streams'])).json.streams).toContainEqual(
      expect.objectContaining({ record_key: 'k', partition: 0, reason: 'r', parked: false, closed: false }),
    );
    expect(await cli(['quarantine', 'replay', 'acme/thread/t'])).toMatchObject({ code: 1, json: { applied: 0 } });
    const { json: before } = await cli(['quarantine', 'show', 'k']);
    const [waiting] = before.records as { log_offset: number; bytes: number }[];
    expect(waiting).toMatchObject({ record_key: 'k', reason: 'r', bytes: expect.any(Number) });
    const discard = ['quarantine', 'discard', 'k', String(waiting!.log_offset), '--by', 'olga'];
    expect(await cli(discard)).toMatchObject({ code: 64 });
    expect(await cli([...discard, '--reason', ' '])).toMatchObject({ code: 64 });
    expect(await cli(['quarantine', 'discard', 'k', '7', '--reason', 'x'])).toMatchObject({ code: 1 });
    expect(await cli([...discard, '--reason', 'nobody of ours'])).toMatchObject({ code: 0 });
    expect((await cli(['quarantine', 'show', 'k'])).json.discarded).toMatchObject([
      { log_offset: waiting!.log_offset, discarded_by: 'olga', reason: 'nobody of ours', fault: 'r' },
    ]);
  }, 30_000);

  it('says how the deployment is, and whether something stands still', async () => {
    const { database } = runtime;
    expect(await cli(['status'])).toMatchObject({
      code: 1,
      json: {
        processes: [],
        generation: 1,
        losses: [],
        partitions: [{ partition: 0, owner: null, head: await runtime.log.head(0) }],
      },
    });
    await database.query(
      `insert into threadlog.partition_leases (partition, epoch, owner_id, owner_url, expires_at)
       values (0, 1, 'o', 'http://127.0.0.1:1', clock_timestamp() + interval '1 hour')
       on conflict (partition) do update set owner_id = 'o', owner_url = excluded.owner_url, expires_at = excluded.expires_at`,
    );
    const memory = JSON.stringify({ used: 1, limit: 2, heapUsed: 1, heapLimit: 2 });
    await database.query(
      `insert into threadlog.processes (process_id, ops_url, version, roles, started_at, seen_at, ready, waits_for, memory)
       values ('p', 'http://127.0.0.1:1', '1', '{worker}', now(), clock_timestamp(), true, '{}', $1),
         ('gone', 'http://127.0.0.1:2', '1', '{worker}', now(), now() - interval '1 hour', false, '{}', $1)`,
      [memory],
    );
    expect(await cli(['status'])).toMatchObject({
      code: 0,
      json: {
        processes: [{ id: 'p', roles: ['worker'], ready: true, waitsFor: {}, memory: { used: 1 } }],
        partitions: [{ owner: 'http://127.0.0.1:1' }],
      },
    });
    await database.query(
      `update threadlog.processes set ready = false, waits_for = '{"kafka":"away"}' where process_id = 'p'`,
    );
    expect(await cli(['status'])).toMatchObject({ code: 1, json: { processes: [{ waitsFor: { kafka: 'away' } }] } });
    await database.query('delete from threadlog.processes; delete from threadlog.partition_leases');
  }, 30_000);

  it('verifies receipts offline, and takes the environment of a data directory', async () => {
    const evidence = await runtime.sealing.keysOf(tenant, subject('ann'));
    const [file, key] = [join(directory, 'own.json'), join(directory, 'key.pem')];
    writeFileSync(file, JSON.stringify(await receiptFor('ann', evidence), null, 2));
    writeFileSync(key, signer.publicKey);
    expect(await cli(['receipt', 'verify', file, '--key', key], {})).toMatchObject({ code: 0, json: { valid: true } });
    expect(await cli(['receipt', 'verify', file, '--key', 'no key'], {})).toMatchObject({ code: 64 });
    expect(await cli(['receipt', 'verify', key, '--key', key], {})).toMatchObject({ code: 1 });
    writeFileSync(join(directory, 'environment.json'), JSON.stringify(env));
    expect(await cli(['--data-dir', directory, 'receipt', 'public-key'], {})).toMatchObject({
      json: { publicKey: signer.publicKey },
    });
    expect(await cli(['--data-dir', directory, 'generations', 'list'], {})).toMatchObject({ code: 0 });
    expect(await cli(['--data-dir', join(directory, 'none'), 'keys', 'status'], {})).toMatchObject({ code: 64 });
    expect(await cli(['keys', 'status'], { DATA_DIR: join(directory, 'none') })).toMatchObject({ code: 78 });
  }, 30_000);

  it('works on what npm start runs on where nothing else is named, and says so', async () => {
    const dataDir = join(directory, 'started');
    mkdirSync(join(dataDir, 'pids'), { recursive: true });
    writeFileSync(join(dataDir, 'environment.json'), JSON.stringify(env));
    const launchedBy = (pid: number) => writeFileSync(join(dataDir, 'pids', 'launcher.json'), JSON.stringify({ pid }));
    launchedBy(process.pid);
    const found = await cli(['generations', 'list'], { DATA_DIR: dataDir });
    expect(found).toMatchObject({ code: 0, lines: [`on what npm start runs on, ${dataDir}`] });
    expect(await cli(['generations', 'list'])).toMatchObject({ code: 0, lines: [] });
    expect(await cli(['generations', 'list'], { DATA_DIR: dataDir, KAFKA_BROKERS: 'other:9092' })).toMatchObject({
      code: 78,
    });
    // No process has so high a number.
    launchedBy(2 ** 30);
    const { code, lines } = await cli(['generations', 'list'], { DATA_DIR: dataDir });
    expect([code, lines[0]]).toEqual([78, expect.stringContaining('npm start does not run')]);
  }, 30_000);
});
