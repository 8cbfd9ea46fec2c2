import { spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './errors';
import { findProcess, signalProcess, stillRuns } from './processTable';
import { waitUntil } from './wait';

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  /** Receives standard output and standard error. */
  logFile: string;
  pidFile: string;
  /** Stands in the command line and proves, before a stale process is ended, that it is ours: the data directory. */
  marker: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Where root hands over to another account and the system has no `setpriv`. */
  uid?: number;
  gid?: number;
}

/** A server process that we started. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** How it ended ("exited with 1", "ended by SIGKILL"), null while it runs. */
  ended(): string | null;
  readonly exited: Promise<string>;
  /** Asks it to end and waits; after `graceMs` it is killed. Idempotent. */
  stop(signal: NodeJS.Signals, graceMs?: number): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

const openLog = (file: string): number => {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a');
};

/** The last lines of a log, for an error message. */
export const logTail = (file: string, lines = 8): string => {
  if (!existsSync(file)) return '(no log)';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n  ');
};

/**
 * Starts a server in its own process group, so that Ctrl-C in the terminal reaches only the launcher, which then stops
 * everything in order. Standard input is a pipe that ends with the launcher.
 */
export const startChild = (options: ChildOptions): Child => {
  const log = openLog(options.logFile);
  const child = spawn(options.command, options.args, {
    stdio: ['pipe', log, log],
    detached: true,
    env: options.env ?? process.env,
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
  });
  closeSync(log);
  // Writing to a server that died would end this process; nothing is ever written.
  child.stdin?.on('error', () => undefined);
  const pid = child.pid;
  let end: string | null = null;
  const exited = new Promise<string>((resolve) => {
    const finish = (reason: string) => {
      end ??= reason;
      rmSync(options.pidFile, { force: true });
      resolve(reason);
    };
    child.once('error', (error) => finish(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => finish(signal ? `ended by ${signal}` : `exited with ${code}`));
  });
  if (pid !== undefined) writePidFile(options.pidFile, pid, options.marker);

  const signal = (name: NodeJS.Signals) => {
    if (end === null && pid !== undefined) signalProcess(pid, name);
  };
  const stop = async (name: NodeJS.Signals, graceMs = 15_000) => {
    signal(name);
    const timer = setTimeout(() => signal('SIGKILL'), graceMs);
    await exited.finally(() => clearTimeout(timer));
  };
  return { name: options.name, pid: pid ?? -1, ended: () => end, exited, stop, kill: () => stop('SIGKILL'), signal };
};

interface PidRecord {
  pid: number;
  startedAt: string;
  marker: string;
}

/** Remembers a process so that the next start can end it, should this launcher be killed. */
export const writePidFile = (file: string, pid: number, marker: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  const record: PidRecord = { pid, startedAt: findProcess(pid)?.startedAt ?? '', marker };
  writeFileSync(file, `${JSON.stringify(record)}\n`);
  chmodSync(file, 0o644);
};

/** The process a pid file names, or null when there is no file, it cannot be read, or its process is another by now. */
export const readPidFile = (file: string): PidRecord | null => {
  let record: PidRecord;
  try {
    record = JSON.parse(readFileSync(file, 'utf8')) as PidRecord;
  } catch {
    return null;
  }
  return stillRuns(record) ? record : null;
};

/**
 * Ends what a killed launcher left behind. Only a process that the pid file names, that started when the file says, and
 * that carries our data directory in its command line is touched.
 * @throws StackError when it cannot be ended.
 */
export const reapStale = async (name: string, pidFile: string, marker: string): Promise<void> => {
  const record = readPidFile(pidFile);
  const ours = record !== null && (findProcess(record.pid)?.commandLine.includes(marker) ?? false);
  if (record && ours) {
    const gone = () => !stillRuns(record);
    signalProcess(record.pid, 'SIGINT');
    await waitUntil(name, gone, { timeoutMs: 5_000 }).catch(() => signalProcess(record.pid, 'SIGKILL'));
    await waitUntil(name, gone, { timeoutMs: 5_000 }).catch((cause: unknown) => {
      throw new StackError(`${name} of an earlier run (process ${record.pid}) does not end.`, `kill -9 ${record.pid}`, {
        cause,
      });
    });
  }
  rmSync(pidFile, { force: true });
};
