import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What a process has used. */
export interface Usage {
  /** Processor time since they started. */
  cpuSeconds: number;
  /** Resident memory; pages that several of them share count once where the system tells. */
  residentBytes: number;
}

/** Fields of /proc/PID/stat, counted after the name: user and system time of a process, and of its ended children. */
const OWN_TIME = [11, 13] as const;
const ENDED_CHILDREN_TIME = [13, 15] as const;
/** Linux counts processor time in hundredths of a second towards programs, whatever its real clock. */
const TICKS_PER_SECOND = 100;

/** Seconds that all processors together have been busy, with whatever it was. */
export function busySeconds(): number {
  const spent = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return spent.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000;
}

/** Of one process alone: the driver is the parent of what it measures. Null when the process is gone. */
export function usageOf(pid: number): Usage | null {
  try {
    if (process.platform !== 'linux') return fromPs(pid);
    return { cpuSeconds: cpuSeconds(pid), residentBytes: residentBytes(pid) };
  } catch {
    return null;
  }
}

/** Of a process and its children: Postgres has one for each connection. */
export function usageOfTree(pid: number): Usage | null {
  const own = usageOf(pid);
  if (!own) return null;
  const children = childrenOf(pid).map((child) => usageOf(child) ?? NOTHING);
  return [own, endedChildren(pid), ...children].reduce(add);
}

const NOTHING: Usage = { cpuSeconds: 0, residentBytes: 0 };

function add(one: Usage, other: Usage): Usage {
  return {
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    residentBytes: one.residentBytes + other.residentBytes,
  };
}

function endedChildren(pid: number): Usage {
  try {
    return { cpuSeconds: cpuSeconds(pid, ENDED_CHILDREN_TIME), residentBytes: 0 };
  } catch {
    return NOTHING;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** User and system time of all threads. */
function cpuSeconds(pid: number, fields: readonly [number, number] = OWN_TIME): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces and parentheses: fields are counted from the last one.
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return values.slice(...fields).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** The proportional size counts each of n sharers with an nth, so that Postgres' shared buffers count once. */
function residentBytes(pid: number): number {
  const proportional = proportionalKilobytes(pid);
  if (proportional !== null) return proportional * 1024;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

function proportionalKilobytes(pid: number): number | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? NaN) || null;
  } catch {
    return null;
  }
}

/** Processor time in whole seconds: good enough where there is no /proc. */
function fromPs(pid: number): Usage {
  const line = execFileSync('ps', ['-o', 'rss=', '-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [resident = '0', time = '0'] = line.split(/\s+/);
  const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
  return { cpuSeconds: seconds, residentBytes: Number(resident) * 1024 };
}
