import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearStaleLock } from './postmasterLock';
import { findProcess, isRunning } from './processTable';
import { waitUntil } from './wait';

const cluster = mkdtempSync(join(tmpdir(), 'threadlog-cluster-'));
const lock = join(cluster, 'postmaster.pid');
afterAll(() => rmSync(cluster, { recursive: true }));

/** Starts a program that names the cluster in its command line, as Postgres does, and waits for its first output. */
const startedOn = async (program: string, args: string[]): Promise<number> => {
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(server.stdout, 'data');
  // Nobody reads on, so what writes without end waits.
  server.stdout.pause();
  return server.pid!;
};

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
    const server = await startedOn(process.execPath, ['-e', 'setInterval(console.log, 100, "ready")', cluster]);
    holds(server);
    await clearStaleLock(cluster);
    expect(isRunning(server)).toBe(false);
    expect(existsSync(lock)).toBe(false);
  });

  it('stays for as long as its process takes to end, without a command line towards the end', async () => {
    const zeros = join(cluster, 'zeros');
    symlinkSync('/dev/zero', zeros);
    // Half a gigabyte in one thread: what gives it back has lost its command line and still holds its files.
    const server = await startedOn('dd', [`if=${zeros}`, 'bs=536870912']);
    holds(server);
    await clearStaleLock(cluster);
    expect(isRunning(server)).toBe(false);
    expect(existsSync(lock)).toBe(false);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'is removed when its process is a zombie that nobody collects',
    async () => {
      // The shell's child ends after sleep has replaced the shell, which would collect it; sleep never waits for it.
      const parent = spawn('sh', ['-c', 'exec 3<&0; cat <&3 & echo $!; exec sleep 60'], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const [output] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(output.toString());
      const isReplaced = () => findProcess(parent.pid!)?.commandLine === 'sleep 60';
      await waitUntil('sleep', isReplaced, { timeoutMs: 5_000 });
      parent.stdin.end();
      await waitUntil('a zombie', () => findProcess(pid)?.zombie === true, { timeoutMs: 5_000 });
      holds(pid);
      await clearStaleLock(cluster);
      expect(existsSync(lock)).toBe(false);
      parent.kill('SIGKILL');
    },
  );
});
