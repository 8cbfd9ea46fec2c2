/** What becomes of a request. `lost`: it is carried out, and its answer never comes. */
const FAULTS = ['cut', 'lost', 'lost', 'rate', 'unavailable', 'html', 'late'] as const;
type Fault = (typeof FAULTS)[number];

export interface FaultyFetch {
  fetch: typeof fetch;
  /** How often each fault was shown. */
  shown: Record<string, number>;
  /** From now on the network is well. */
  heal(): void;
}

/** A network that fails a share of requests, by chance. */
export function faultyFetch(chance: () => number, share: number): FaultyFetch {
  const shown: Record<string, number> = {};
  let sick = true;
  const answers: Record<Fault, (send: () => Promise<Response>) => Promise<Response>> = {
    cut: () => Promise.reject(new TypeError('fetch failed')),
    lost: async (send) => {
      await (await send()).arrayBuffer();
      throw new TypeError('fetch failed');
    },
    rate: async () => problem(429, 'rate_limited', { 'retry-after': '0' }),
    unavailable: async () => problem(503, 'unavailable'),
    html: async () => new Response('<h1>502</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    late: async (send) => {
      const response = await send();
      await new Promise((resolve) => setTimeout(resolve, 20 + chance() * 80));
      return response;
    },
  };
  return {
    shown,
    heal: () => void (sick = false),
    fetch(input, init) {
      const send = () => fetch(input, init);
      if (!sick || chance() >= share) return send();
      const fault = FAULTS[Math.floor(chance() * FAULTS.length)]!;
      shown[fault] = (shown[fault] ?? 0) + 1;
      return answers[fault](send);
    },
  };
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: '', title: code, status, detail: code, code, retryable: true, error: code, message: code };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** Numbers from 0 to 1, the same for a seed. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
