import type { Child } from './child';

/** A running server that can be stopped, killed, frozen and started again with the same data on the same port. */
export interface Server {
  readonly name: string;
  readonly port: number;
  /** What a client connects to: `host:port` for Kafka, else a URL with its credentials. */
  readonly url: string;
  pid(): number;
  /** Stops in order. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again with the same data on the same port; stops it first if it runs. */
  restart(): Promise<void>;
  /** For faults: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** How it ended; null while it runs. */
  ended(): string | null;
}

export interface ServerOptions {
  name: string;
  port: number;
  url: string;
  /** What makes it shut down in order. */
  stopSignal: NodeJS.Signals;
  /** Resolves when the server answers. */
  start: () => Promise<Child>;
}

/** Starts the server and wraps its process, which a restart replaces. */
export const startServer = async ({ name, port, url, stopSignal, start }: ServerOptions): Promise<Server> => {
  let child = await start();
  return {
    name,
    port,
    url,
    pid: () => child.pid,
    stop: () => child.stop(stopSignal),
    kill: () => child.kill(),
    restart: async () => {
      await child.stop(stopSignal);
      child = await start();
    },
    signal: (signal) => child.signal(signal),
    ended: () => child.ended(),
  };
};
