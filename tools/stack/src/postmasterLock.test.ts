import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearStaleLock } from './postmasterLock';
import { findProcess, isRunning } from './processTable';
import { waitUntil } from './wait';

const cluster = mkdtempSync(join(tmpdir(), 'threadlog-cluster-'));
const lock = join(cluster, 'postmaster.pid');
afterAll(() => rmSync(cluster, { recursive: true }));

const holds = (pid: number) => writeFileSync(lock, `${pid}\n${cluster}\n`);

describe('the lock file of a Postgres that was killed', () => {
  it('is removed when its process is gone', async () => {
    holds(2 ** 30);
    await clearStaleLock(cluster);
    expect(existsSync(lock)).toBe(false);
  });

  it('is removed when its number belongs to another process, which is left alone', async () => {
    holds(process.pid);
    await clearStaleLock(cluster);
    expect(existsSync(lock)).toBe(false);
  });

  it('is removed after its process was ended, when that still runs on this cluster', async () => {
    const server = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', cluster], { stdio: 'ignore' });
    // For a moment of its start a process has no command line, and could be anybody.
    const isNamed = () => findProcess(server.pid!)?.commandLine.includes(cluster) === true;
    await waitUntil('its command line', isNamed, { timeoutMs: 5_000 });
    holds(server.pid!);
    await clearStaleLock(cluster);
    expect(isRunning(server.pid!)).toBe(false);
    expect(existsSync(lock)).toBe(false);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'is removed when its process is a zombie that nobody collects',
    async () => {
      // The shell's child ends at once; the shell, replaced by sleep, never waits for it.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [output] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(output.toString());
      await waitUntil('a zombie', () => findProcess(pid)?.zombie === true, { timeoutMs: 5_000 });
      holds(pid);
      await clearStaleLock(cluster);
      expect(existsSync(lock)).toBe(false);
      parent.kill('SIGKILL');
    },
  );
});
