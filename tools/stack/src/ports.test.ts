import { createServer } from 'node:net';
import { StackError } from './errors';
import { accepts, assertPortFree, freePort, isPortFree } from './ports';

const listen = async (port: number) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { close: () => new Promise((resolve) => server.close(resolve)) };
};

describe('ports', () => {
  it('finds one that is free and lies below the range of outgoing connections', async () => {
    const port = await freePort();
    expect(port).toBeLessThan(32_768);
    expect(await isPortFree(port)).toBe(true);
    expect(await accepts(port)).toBe(false);
  });

  it('says which variable chooses another port when one is taken', async () => {
    const port = await freePort();
    const server = await listen(port);
    const refusal = await assertPortFree(port, 'Postgres', 'POSTGRES_PORT').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StackError);
    expect((refusal as StackError).message).toContain(`POSTGRES_PORT=${port + 1000}`);
    expect(await accepts(port)).toBe(true);
    await server.close();
  });
});
