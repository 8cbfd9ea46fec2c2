// Loaded in front of a process: its clock is CLOCK_SKEW_MS ahead of the machine's, and runs as fast.
import { env } from 'node:process';

const skew = Number(env.CLOCK_SKEW_MS);
const RealDate = Date;
const now = () => RealDate.now() + skew;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
