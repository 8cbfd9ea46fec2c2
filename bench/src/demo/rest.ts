import { setTimeout as delay } from 'node:timers/promises';
import type { Call, HttpDriver, Reply } from '../driver/http';

export interface RestClient {
  /**
   * Sends until it is answered with something other than "try again", at most for a minute. Writes must carry a key.
   * Rejects with the last answer.
   */
  call(connection: number, call: Call): Promise<Reply>;
  /** How often something had to be sent again. */
  retries(): number;
}

const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const TRY_AGAIN = new Set([429, 502, 503, 504]);

/** Keeps sending through restarts and outages, as an app that its users rely on would. */
export function createRestClient(http: HttpDriver): RestClient {
  let retries = 0;

  async function attempt(connection: number, call: Call): Promise<Reply | Error> {
    try {
      const reply = await http.call(connection, call);
      if (!TRY_AGAIN.has(reply.status)) return reply;
      return new Error(`${call.method} ${call.path} was answered ${reply.status}: ${reply.text().slice(0, 300)}`);
    } catch (error) {
      return error as Error;
    }
  }

  return {
    retries: () => retries,
    async call(connection, call) {
      const deadline = performance.now() + PATIENCE_MS;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const outcome = await attempt(connection, call);
        if (!(outcome instanceof Error)) return outcome;
        if (performance.now() > deadline) throw outcome;
        retries += 1;
        await delay(pause);
      }
    },
  };
}

/** The parsed body of an answer. Rejects with the problem where the status is another one. */
export function bodyOf<Body>(reply: Reply, wanted: number): Body {
  if (reply.status !== wanted)
    throw new Error(`answered ${reply.status}, not ${wanted}: ${reply.text().slice(0, 300)}`);
  return JSON.parse(reply.text()) as Body;
}
