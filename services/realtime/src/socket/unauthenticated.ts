/** What is watched of an engine connection. */
export interface EngineConnection {
  once(event: 'close', listener: () => void): unknown;
  close(discard?: boolean): unknown;
}

/**
 * Engine connections that have not proven yet who they are, by address. Each of them may stay for `CONNECT_TIMEOUT_MS`;
 * this bounds how many there are of one address, so that nobody takes the places of all others by only connecting.
 */
export interface Unauthenticated {
  /** Whether the address may open another one. */
  hasRoom(address: string): boolean;
  /** Counts it until `proven` or its end; closes it where there are too many, since several may have asked at once. */
  connected(connection: EngineConnection, address: string): void;
  proven(connection: object): void;
}

export function createUnauthenticated(mostPerAddress: number): Unauthenticated {
  const counts = new Map<string, number>();
  const waiting = new Map<object, string>();
  const hasRoom = (address: string) => (counts.get(address) ?? 0) < mostPerAddress;

  function leave(connection: object): void {
    const address = waiting.get(connection);
    if (address === undefined) return;
    waiting.delete(connection);
    const left = counts.get(address)! - 1;
    if (left === 0) counts.delete(address);
    else counts.set(address, left);
  }

  return {
    hasRoom,
    connected(connection, address) {
      if (!hasRoom(address)) return void connection.close(true);
      counts.set(address, (counts.get(address) ?? 0) + 1);
      waiting.set(connection, address);
      connection.once('close', () => leave(connection));
    },
    proven: leave,
  };
}
