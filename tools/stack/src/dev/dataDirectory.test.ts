import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verify } from 'jsonwebtoken';
import { writePidFile } from '../child';
import { layout } from '../paths';
import { prepareDataDirectory } from './dataDirectory';
import { demoTenants, demoTokens } from './demoTenants';
import { loadSecrets } from './secrets';

const parent = mkdtempSync(join(tmpdir(), 'threadlog-data-'));
afterAll(() => rmSync(parent, { recursive: true }));

const report = () => undefined;
const prepare = (name: string, { fresh = false, keepSecrets = false } = {}) =>
  prepareDataDirectory({ dataDir: join(parent, name), fresh, keepSecrets, report });

describe('the data directory', () => {
  it('is made, and found again with what it holds', async () => {
    const first = await prepare('kept');
    const secrets = loadSecrets(first.files.secrets);
    first.release();
    const second = await prepare('kept');
    expect(loadSecrets(second.files.secrets)).toEqual(secrets);
    expect(statSync(second.files.secrets).mode & 0o777).toBe(0o600);
    second.release();
  });

  it('is refused, whole and untouched, when it holds something else', async () => {
    mkdirSync(join(parent, 'foreign'));
    writeFileSync(join(parent, 'foreign', 'thesis.txt'), 'years of work');
    await expect(prepare('foreign', { fresh: true })).rejects.toThrow(/holds something else/);
    expect(existsSync(join(parent, 'foreign', 'thesis.txt'))).toBe(true);
  });

  it.each([
    [false, false],
    [true, true],
  ])('is cleared by --fresh; secrets stay where a database outlives it (%s)', async (keepSecrets, stays) => {
    const { files, release } = await prepare('cleared');
    loadSecrets(files.secrets);
    mkdirSync(files.kafka, { recursive: true });
    release();
    (await prepare('cleared', { fresh: true, keepSecrets })).release();
    expect(existsSync(files.kafka)).toBe(false);
    expect(existsSync(files.secrets)).toBe(stays);
  });

  it('passes to the next launcher when the one before was killed', async () => {
    const files = layout(join(parent, 'killed'));
    (await prepare('killed')).release();
    const launcher = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    writePidFile(files.pidFile('launcher'), launcher.pid!, files.root);
    const waiting = prepare('killed');
    launcher.kill('SIGKILL');
    (await waiting).release();
  });
});

describe('the demo tokens', () => {
  it('carry tenant, role and learners, and verify under the secret', () => {
    const tokens = demoTokens('a secret of the test, long enough', 'issuer');
    const claims = tokens.map(({ token }) =>
      verify(token, 'a secret of the test, long enough', { algorithms: ['HS256'], issuer: 'issuer' }),
    );
    expect(claims).toHaveLength(6);
    expect(new Set(claims.map((claim) => (claim as { tenant_id: string }).tenant_id))).toEqual(new Set(demoTenants));
    expect(claims[1]).toMatchObject({
      sub: 'mr-okafor',
      role: 'teacher',
      learner_ids: ['mia', 'noah'],
      exp: expect.any(Number) as number,
    });
  });
});
