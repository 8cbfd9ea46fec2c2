import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used. */
export interface Usage {
  /** Processor time since they started. */
  cpuSeconds: number;
  /** Resident memory; pages that several of them share count once where the system tells. */
  residentBytes: number;
}

/** Linux counts processor time in hundredths of a second towards programs, whatever its real clock. */
const TICKS_PER_SECOND = 100;

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
  return [own, ...children].reduce(add);
}

const NOTHING: Usage = { cpuSeconds: 0, residentBytes: 0 };

function add(one: Usage, other: Usage): Usage {
  return {
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    residentBytes: one.residentBytes + other.residentBytes,
  };
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** User and system time of all threads. Of children only those that have ended count: sessions that Postgres closed. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces and parentheses: fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
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
