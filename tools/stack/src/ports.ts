import { randomInt } from 'node:crypto';
import { createServer, connect } from 'node:net';
import { StackError } from './errors';

const host = '127.0.0.1';

/** Whether nobody listens on a local port. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * A free local port. Taken from below the range of outgoing connections (Linux: 32768 and up), so that a server which
 * is killed and restarted finds its port still free.
 */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(10_240, 32_000);
    if (await isPortFree(port)) return port;
  }
  throw new StackError('No free port found between 10240 and 32000.', 'End some of the servers on this machine.');
};

/** @throws StackError when somebody listens on the port already. */
export const assertPortFree = async (port: number, name: string, variable: string): Promise<void> => {
  if (await isPortFree(port)) return;
  throw new StackError(
    `Port ${port} for ${name} is taken by another process.`,
    `End that process, or choose another port: ${variable}=${port + 1000} npm start`,
  );
};

/** Whether somebody accepts connections on a local port. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
