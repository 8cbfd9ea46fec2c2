import type { Socket } from 'node:net';
import { addressKey } from '@threadlog/service';
import type { GrpcLimits } from './limits';
import type { Ended } from './observe';

/**
 * The open connections, and which of them have not shown a valid token yet. Those are bounded by address and in time, so
 * that nobody takes the places of all others by only connecting.
 */
export interface Connections {
  readonly size: number;
  /** Counts a new one; false where it was closed again. */
  opened(socket: Socket): boolean;
  proven(socket: Socket): void;
  close(socket: Socket, why: Ended): void;
  all(): Iterable<Socket>;
}

type ConnectionLimits = Pick<GrpcLimits, 'connections' | 'unauthenticatedPerAddress' | 'unauthenticatedMs'>;

export function createConnections(limits: ConnectionLimits, onEnded: (why: Ended) => void): Connections {
  const open = new Set<Socket>();
  const unproven = new Map<Socket, { address: string; timer: NodeJS.Timeout }>();
  const byAddress = new Map<string, number>();

  function close(socket: Socket, why: Ended): void {
    onEnded(why);
    socket.destroy();
  }

  function known(socket: Socket): void {
    const entry = unproven.get(socket);
    if (!entry) return;
    clearTimeout(entry.timer);
    unproven.delete(socket);
    const left = byAddress.get(entry.address)! - 1;
    if (left === 0) byAddress.delete(entry.address);
    else byAddress.set(entry.address, left);
  }

  return {
    get size() {
      return open.size;
    },
    opened(socket) {
      // A broken connection is no fault: whoever waits for it hears of it by its end.
      socket.on('error', () => socket.destroy());
      const address = addressKey(socket.remoteAddress);
      const many = byAddress.get(address) ?? 0;
      if (open.size >= limits.connections || many >= limits.unauthenticatedPerAddress) {
        close(socket, 'too_many');
        return false;
      }
      open.add(socket);
      byAddress.set(address, many + 1);
      const timer = setTimeout(() => close(socket, 'unauthenticated'), limits.unauthenticatedMs);
      unproven.set(socket, { address, timer });
      socket.once('close', () => {
        known(socket);
        open.delete(socket);
      });
      return true;
    },
    proven: known,
    close,
    all: () => open,
  };
}
