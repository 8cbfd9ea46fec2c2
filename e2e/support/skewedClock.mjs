// Loaded in front of a process: its clock is CLOCK_SKEW_MS ahead of the machine's, and runs as fast. At SIGUSR2 it jumps by
// CLOCK_JUMP_MS, at the next one back.
import process, { env } from 'node:process';

let skew = Number(env.CLOCK_SKEW_MS ?? 0);
let jump = Number(env.CLOCK_JUMP_MS ?? 0);
process.on('SIGUSR2', () => {
  skew += jump;
  jump = -jump;
});
const RealDate = Date;
const now = () => RealDate.now() + skew;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
