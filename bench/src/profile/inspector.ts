import { setTimeout as delay } from 'node:timers/promises';

/** A processor profile as V8 writes it; opens in Chrome's developer tools. */
export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** `url` is empty for what is not JavaScript; lines and columns count from 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** Profiles a process that was started with `--inspect`. */
export interface Profiler {
  start(): Promise<void>;
  stop(): Promise<CpuProfile>;
  close(): void;
}

const SAMPLING_MICROS = 500;
const CONNECT_ATTEMPTS = 50;

interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/** Connects to the inspector on this port of the loopback interface. Rejects where there is none within five seconds. */
export async function connectProfiler(port: number): Promise<Profiler> {
  const socket = new WebSocket(await debuggerUrl(port));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error('the inspector refused the connection')), { once: true });
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    const answer = waiting.get(id ?? -1);
    waiting.delete(id ?? -1);
    if (error) answer?.reject(new Error(error.message));
    else answer?.resolve(result);
  });
  socket.addEventListener('close', () => {
    for (const answer of waiting.values()) answer.reject(new Error('the profiled process has ended'));
  });
  function call(method: string, params: object = {}): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(++lastId, answer);
    socket.send(JSON.stringify({ id: lastId, method, params }));
    return answer.promise;
  }
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS });
  return {
    start: async () => void (await call('Profiler.start')),
    stop: async () => ((await call('Profiler.stop')) as { profile: CpuProfile }).profile,
    close: () => socket.close(),
  };
}

async function debuggerUrl(port: number): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
      return target!.webSocketDebuggerUrl;
    } catch (error) {
      if (attempt === CONNECT_ATTEMPTS) throw new Error('the inspector does not answer', { cause: error });
      await delay(100);
    }
  }
}
