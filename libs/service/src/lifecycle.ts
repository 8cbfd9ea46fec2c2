/** A long-running part of a process. `run` resolves after `signal` aborts and everything it started has ended. */
export interface Service {
  name: string;
  run(signal: AbortSignal): Promise<void>;
}
