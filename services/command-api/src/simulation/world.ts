import type { Clock } from '../clock';
import { createAgenda } from './agenda';

/** Seeded random numbers (mulberry32): the same seed, the same run. */
export interface Random {
  readonly seed: number;
  /** 0 <= x < 1. */
  next(): number;
  /** Integer from 0 to `below` - 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return { seed, next, int, chance: (probability) => next() < probability, pick: (items) => items[int(items.length)]! };
}

/** A process of the simulation: it can be paused between any two steps, and killed. */
export interface Process {
  readonly name: string;
  alive: boolean;
  /** Virtual time until which none of its steps runs. */
  pausedUntil: number;
  /** How fast its monotonic clock runs, and how far its wall clock is off. */
  rate: number;
  wallOffsetMs: number;
}

interface Task {
  process: Process | null;
  run(): void;
}

/** Virtual time and everything that is about to happen in it; nothing happens outside. */
export interface World {
  readonly random: Random;
  now(): number;
  process(name: string): Process;
  /** Runs something after a delay; tied to a process, it waits for its pauses and dies with it. */
  after(ms: number, process: Process | null, run: () => void): void;
  /** A request to the outside: it takes effect later, even if the caller dies; the answer takes time and may find nobody. */
  call<T>(process: Process, effect: () => T | Promise<T>, options?: { latencyMs?: number }): Promise<T>;
  clockOf(process: Process): Clock;
  /** Runs until nothing is left or the condition holds; throws when it takes unreasonably many steps. */
  run(until: () => boolean): Promise<void>;
}

const MAX_STEPS = 200_000;
const START = Date.UTC(2026, 0, 1);

export function createWorld(seed: number): World {
  const random = createRandom(seed);
  const agenda = createAgenda<Task>();
  let now = 0;

  /** The next thing to happen. What belongs to a paused process waits for it, what belongs to a dead one never comes. */
  function takeNext(): Task | null {
    for (let next = agenda.takeEarliest(); next; next = agenda.takeEarliest()) {
      const { at, item } = next;
      if (item.process && !item.process.alive) continue;
      const paused = item.process?.pausedUntil ?? 0;
      if (paused > at) {
        agenda.add(paused + random.next(), item);
        continue;
      }
      now = Math.max(now, at);
      return item;
    }
    return null;
  }

  function after(ms: number, process: Process | null, run: () => void): void {
    agenda.add(now + ms, { process, run });
  }

  const latency = (bound: number): number => random.next() * bound;

  return {
    random,
    now: () => now,
    after,
    process: (name) => ({ name, alive: true, pausedUntil: 0, rate: 1, wallOffsetMs: 0 }),
    call: (process, effect, { latencyMs = random.chance(0.08) ? 600 : 4 } = {}) =>
      new Promise((resolve, reject) => {
        const answer = (settle: () => void): void => after(latency(latencyMs), process, settle);
        after(latency(latencyMs), null, () => {
          void (async () => effect())().then(
            (value) => answer(() => resolve(value)),
            (error: unknown) => answer(() => reject(error as Error)),
          );
        });
      }),
    clockOf: (process) => ({
      monotonicMs: () => now * process.rate,
      wallMs: () => START + now + process.wallOffsetMs,
      wallMicros: () => Math.floor((START + now + process.wallOffsetMs) * 1000),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return after(0, process, resolve);
          after(ms / process.rate, process, resolve);
          signal?.addEventListener('abort', () => after(0, process, resolve), { once: true });
        }),
    }),
    async run(until) {
      for (let step = 0; !until(); step += 1) {
        if (step > MAX_STEPS) throw new Error(`seed ${seed}: no end after ${MAX_STEPS} steps, virtual time ${now} ms`);
        const task = takeNext();
        if (!task) return;
        task.run();
        // All that follows from the step without a further wait belongs to it.
        await new Promise(setImmediate);
      }
    },
  };
}
