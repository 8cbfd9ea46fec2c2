import { activeGeneration, readCheckpoint } from '@threadlog/read-models';
import type { Runtime } from '@threadlog/runtime';
import { CONSISTENCY_HEADER, decodeConsistencyToken } from '@threadlog/service';
import { eventually, type TestReply } from '@threadlog/testing';
import { send } from './send';

/** Longest a test waits for the read model, however busy the machine is. */
const WAIT_MS = 30_000;

/** A client in somebody's name, or in the tenant's own service's. */
export interface Client {
  call<Body>(method: string, path: string, body?: unknown): Promise<TestReply & { body: Body }>;
}

/** Clients of one system. A read of any of them waits for what all of them wrote. */
export function createClients(runtime: Pick<Runtime, 'database'>, url: string) {
  const settled = createSettled(runtime);
  return (headers: Record<string, string>): Client => ({
    async call<Body>(method: string, path: string, body?: unknown) {
      if (method === 'GET') await settled.wait();
      const reply = await send(new URL(path, url), { method, headers, body });
      settled.note(reply.headers);
      return reply as TestReply & { body: Body };
    },
  });
}

/**
 * Remembers what all clients of a test wrote, so that a read of any of them can wait for it: what one sees of another's
 * write is a matter of when it looks, and a test is about what it sees then.
 */
function createSettled({ database }: Pick<Runtime, 'database'>) {
  const written = new Map<number, number>();
  return {
    /** Takes note of a write by the headers of its reply. */
    note(headers: Headers): void {
      const token = headers.get(CONSISTENCY_HEADER);
      if (token === null) return;
      const { partition, offset } = decodeConsistencyToken(token);
      written.set(partition, Math.max(offset, written.get(partition) ?? -1));
    },
    /** Resolves once the served projection has folded all that was noted. */
    async wait(): Promise<void> {
      for (const [partition, offset] of written) {
        await eventually(
          async () => {
            const { nextOffset } = await readCheckpoint(database, await activeGeneration(database), partition);
            if (nextOffset <= offset) throw new Error(`partition ${partition} is read to ${nextOffset}, not ${offset}`);
          },
          { timeoutMs: WAIT_MS },
        );
        if (written.get(partition) === offset) written.delete(partition);
      }
    },
  };
}
