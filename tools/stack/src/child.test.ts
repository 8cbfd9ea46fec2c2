import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logTail, readPidFile, reapStale, startChild, writePidFile } from './child';
import { findProcess, isRunning } from './processTable';
import { waitUntil } from './wait';

const folder = mkdtempSync(join(tmpdir(), 'threadlog-child-'));
const pidFile = join(folder, 'pids', 'it.json');
const logFile = join(folder, 'logs', 'it.log');
afterAll(() => rmSync(folder, { recursive: true }));

const start = (script: string) =>
  startChild({ name: 'it', command: process.execPath, args: ['-e', script, folder], logFile, pidFile, marker: folder });

const forever = 'setInterval(() => undefined, 1000)';

describe('a child process', () => {
  it('writes to its log, is remembered while it runs, and is forgotten when it ends', async () => {
    const child = start(`console.log('hello'); ${forever}`);
    await waitUntil('the log', () => logTail(logFile) === 'hello', { timeoutMs: 5_000 });
    expect(readPidFile(pidFile)?.pid).toBe(child.pid);
    await child.stop('SIGTERM');
    expect(child.ended()).toBe('ended by SIGTERM');
    expect(existsSync(pidFile)).toBe(false);
    await child.stop('SIGTERM');
  });

  it('is killed when it does not listen', async () => {
    const child = start(`process.on('SIGTERM', () => console.log('no')); console.log('ready'); ${forever}`);
    await waitUntil('the handler', () => logTail(logFile, 1).trim() === 'ready', { timeoutMs: 5_000 });
    await child.stop('SIGTERM', 100);
    expect(child.ended()).toBe('ended by SIGKILL');
  });

  it('tells why it could not be started', async () => {
    const child = startChild({
      name: 'it',
      command: join(folder, 'absent'),
      args: [],
      logFile,
      pidFile,
      marker: folder,
    });
    expect(await child.exited).toMatch(/could not be started: .*ENOENT/);
  });
});

describe('what an earlier run left behind', () => {
  const orphan = async (marker: string) => {
    const child = spawn(process.execPath, ['-e', forever, marker], { stdio: 'ignore', detached: true });
    // Under load a new process is seen before its command line is.
    await waitUntil('the orphan', () => findProcess(child.pid!)?.commandLine.includes(marker) ?? false, {
      timeoutMs: 5_000,
    });
    writePidFile(pidFile, child.pid!, folder);
    return { pid: child.pid!, end: () => child.kill('SIGKILL') };
  };

  it('is ended when it carries our folder in its command line', async () => {
    const { pid } = await orphan(folder);
    await reapStale('it', pidFile, folder);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(pidFile)).toBe(false);
  });

  it('is left alone when it does not', async () => {
    const { pid, end } = await orphan('/somewhere/else');
    await reapStale('it', pidFile, folder);
    expect(isRunning(pid)).toBe(true);
    end();
  });

  it('is left alone when its number belongs to a later process', async () => {
    const { pid, end } = await orphan(folder);
    const record = JSON.parse(readFileSync(pidFile, 'utf8')) as object;
    writeFileSync(pidFile, JSON.stringify({ ...record, startedAt: 'earlier' }));
    await reapStale('it', pidFile, folder);
    expect(isRunning(pid)).toBe(true);
    end();
  });

  it('is nothing when the file is damaged', async () => {
    writeFileSync(pidFile, '{"pid":');
    await reapStale('it', pidFile, folder);
    expect(existsSync(pidFile)).toBe(false);
  });
});
