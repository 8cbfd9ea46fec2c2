import type { Server } from '@threadlog/stack';
import type { TokenSettings } from './tokens';
import type { Usage } from './usage';

/** A process that is measured. */
export interface MeasuredProcess {
  name: string;
  usage(): Usage | null;
}

/** The log and the database of a system that we started: for what cannot be measured from outside. */
export interface Internals {
  databaseUrl: string;
  /** What its texts are sealed under; made for the run, and ends with it. */
  masterKey: string;
  /** The service, its servers, and this process as the driver. */
  processes(): MeasuredProcess[];
  /** Bytes of all events in the log, as the broker keeps them. */
  logBytes(): Promise<number>;
  /** What the service tells of itself to Prometheus. */
  serviceMetrics(): Promise<string>;
  /** Where the service's inspector listens, if it was asked for. */
  inspectPort: number | null;
  /** A further process of the service, ready when this resolves. Whoever starts it stops it. */
  startProcess(name: string, env: NodeJS.ProcessEnv): Promise<Server>;
}

/** What is measured: somewhere on the network, or started here. */
export interface System {
  /** Without a slash at the end. */
  apiUrl: string;
  realtimeUrl: string;
  /** Null where only the other two are known. */
  grpcUrl: string | null;
  tokens: TokenSettings;
  /** Null for a system that was only given by its URLs. */
  internals: Internals | null;
  stop(): Promise<void>;
}

export interface GivenSystem {
  url: string;
  realtime: string;
  tokens: TokenSettings;
}

/** A system that runs already. It should have its rate limits off. */
export function givenSystem({ url, realtime, tokens }: GivenSystem): System {
  const urls = { apiUrl: plain(url), realtimeUrl: plain(realtime), grpcUrl: null };
  return { ...urls, tokens, internals: null, stop: () => Promise.resolve() };
}

const plain = (url: string): string => url.replace(/\/+$/, '');
