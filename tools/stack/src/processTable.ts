import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the operating system says about a process. `startedAt` tells a process from a later one with the same id. */
export interface ProcessInfo {
  pid: number;
  zombie: boolean;
  startedAt: string;
  commandLine: string;
}

const fromProc = (pid: number): ProcessInfo | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses: fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return { pid, zombie: fields[0] === 'Z' || fields[0] === 'X', startedAt: fields[19] ?? '', commandLine };
  } catch {
    return null;
  }
};

const fromPs = (pid: number): ProcessInfo | null => {
  try {
    const columns = ['-o', 'state=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)];
    const line = execFileSync('ps', columns, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const [, state = '', startedAt = '', commandLine = ''] = /^(\S+)\s+((?:\S+\s+){4}\d{4})\s+(.*)$/.exec(line) ?? [];
    return { pid, zombie: state.startsWith('Z'), startedAt, commandLine };
  } catch {
    return null;
  }
};

/** The process with this id, or null when there is none. A zombie is reported as such: `kill -0` calls it alive. */
export const findProcess = (pid: number): ProcessInfo | null =>
  process.platform === 'linux' ? fromProc(pid) : fromPs(pid);

/** Whether a process runs: it exists and is not a zombie. */
export const isRunning = (pid: number): boolean => {
  const found = findProcess(pid);
  return found !== null && !found.zombie;
};

/**
 * Whether this very process still runs. Its number and start tell: between the signal that ends it and its end it has no
 * command line, and holds its files and ports for some moments more.
 */
export const stillRuns = ({ pid, startedAt }: Pick<ProcessInfo, 'pid' | 'startedAt'>): boolean => {
  const found = findProcess(pid);
  return found !== null && !found.zombie && found.startedAt === startedAt;
};

/** Sends a signal; a process that has gone in the meantime is no error. */
export const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
