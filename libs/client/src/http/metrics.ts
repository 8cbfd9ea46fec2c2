import { chatError } from '../errors.ts';

/** One attempt of a request. No ids are in it, so that it can be counted by its fields. */
export interface ClientAttempt {
  method: string;
  /** Which list or thing it is about: `threads`, `threads/messages`, `search`. */
  resource: string;
  /** From 1; more than 1 is another try. */
  attempt: number;
  /** 0 where no answer came. */
  status: number;
  /** Null where it did as asked. */
  code: string | null;
  durationMs: number;
}

/** Hooks for whatever counts. One that throws is passed over. */
export interface ClientMetrics {
  attempt?(metric: ClientAttempt): void;
  /** The connection stands again after it was lost. */
  reconnect?(metric: { downMs: number }): void;
}

/** The fixed parts of a path, which ids stand between. Where that is not sure, the first alone. */
export function resourceOf(path: string): string {
  const [, first = '', , third] = path.split('/');
  return first === 'threads' && third ? `${first}/${third}` : first;
}

/** What watches must not be able to break what it watches. */
export function harmless(watch: () => void): void {
  try {
    watch();
  } catch {
    // Its own fault, and its own loss.
  }
}

/** @param about what is known of it before. */
export async function measured<Result extends { status: number }>(
  metrics: ClientMetrics,
  about: Pick<ClientAttempt, 'method' | 'resource' | 'attempt'>,
  run: () => Promise<Result>,
): Promise<Result> {
  const began = performance.now();
  const done = (status: number, code: string | null) =>
    harmless(() => metrics.attempt?.({ ...about, status, code, durationMs: performance.now() - began }));
  try {
    const result = await run();
    done(result.status, null);
    return result;
  } catch (error) {
    const { status, code } = chatError(error);
    done(status, code);
    throw error;
  }
}
