import type { CallFrame, CpuProfile } from './inspector';
import { renderTable } from '../report/table';

/** Time spent in a function itself, callees not included. */
export interface SelfTime {
  name: string;
  /** `file:line`, or empty for what is not JavaScript. */
  place: string;
  /** Part of the time in which the process was not idle. */
  share: number;
}

export interface ProfileSummary {
  /** Part of the wall time in which the process did something. */
  busy: number;
  functions: SelfTime[];
  /** By package or part of Node. */
  packages: { name: string; share: number }[];
}

/** Turns a place in a compiled file into one in its source. */
export type Locate = (frame: CallFrame) => string;

const IDLE = '(idle)';

export function summariseProfile(profile: CpuProfile, locate: Locate): ProfileSummary {
  const selfMicros = selfTimes(profile);
  const total = sum(selfMicros.values());
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, SelfTime>();
  const packages = new Map<string, number>();
  const working = [...selfMicros].filter(([id]) => frames.get(id)?.functionName !== IDLE);
  const busy = sum(working.map(([, micros]) => micros));
  for (const [id, micros] of working) {
    const frame = frames.get(id)!;
    const share = micros / busy;
    const place = frame.url ? locate(frame) : '';
    const name = frame.functionName || '(anonymous)';
    const known = functions.get(`${name} ${place}`) ?? { name, place, share: 0 };
    functions.set(`${name} ${place}`, { ...known, share: known.share + share });
    const owner = packageOf(frame, name, place);
    packages.set(owner, (packages.get(owner) ?? 0) + share);
  }
  const most = (one: { share: number }, other: { share: number }): number => other.share - one.share;
  return {
    busy: busy / total,
    functions: [...functions.values()].sort(most),
    packages: [...packages].map(([name, share]) => ({ name, share })).sort(most),
  };
}

/** A sample stands for the time until the next one. */
function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const micros = new Map<number, number>();
  samples.forEach((id, index) => micros.set(id, (micros.get(id) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0)));
  return micros;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** `(garbage collector)`, `node:net`, `kafkajs`, or a folder of ours such as `services/realtime`. */
function packageOf({ url }: CallFrame, name: string, place: string): string {
  if (!url) return name.startsWith('(') ? name : 'native';
  if (url.startsWith('node:')) return url.split('/', 2).join('/');
  const inModules = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1];
  return inModules ?? place.split('/').slice(0, 2).join('/');
}

export function renderProfile({ busy, functions, packages }: ProfileSummary, rows: number): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    `busy ${percent(busy)} of the time`,
    packages
      .slice(0, 12)
      .map(({ name, share }) => `${name} ${percent(share)}`)
      .join(', '),
    renderTable(
      ['self time in', 'share', 'at'],
      functions.slice(0, rows).map(({ name, place, share }) => [name, percent(share), place]),
    ),
  ].join('\n');
}
