import { constants } from 'node:os';
import { ConfigError, EXIT_CONFIG } from './config';

/** The part of `process` that `runMain` needs. */
export interface MainProcess {
  on(event: NodeJS.Signals, listener: () => void): unknown;
  off(event: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
  stderr: { write(text: string): unknown };
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** How long what is still open may keep the process alive after `main` has ended. */
const LINGER_MS = 1_000;

/**
 * Runs a process: the first SIGTERM or SIGINT aborts `signal`, the second ends the process at once. Exits with 0 when
 * `main` resolves, 78 with all problems on standard error when the configuration is wrong, 1 on any other failure.
 */
export async function runMain(
  main: (signal: AbortSignal) => Promise<void>,
  host: MainProcess = process,
): Promise<void> {
  const stop = new AbortController();
  const listeners = SIGNALS.map((name) => {
    const listener = (): void => {
      if (stop.signal.aborted) host.exit(128 + constants.signals[name]);
      else stop.abort();
    };
    host.on(name, listener);
    return [name, listener] as const;
  });
  const code = await main(stop.signal).then(
    () => 0,
    (error: unknown) => {
      // Told to stop while still starting: nothing failed.
      if (stop.signal.aborted && (error as Error).name === 'AbortError') return 0;
      host.stderr.write(`${explain(error)}\n`);
      return error instanceof ConfigError ? EXIT_CONFIG : 1;
    },
  );
  if (host === process) await flushed();
  for (const [name, listener] of listeners) host.off(name, listener);
  host.exit(code);
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Lets log lines that are still being written out. */
function flushed(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    process.stdout.write('', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
