import { Agent, get, request, type IncomingMessage, type RequestListener } from 'node:http';
import { createLogger } from '../logger';
import { boundsBodyItself } from './bodyTime';
import { httpService, listen, type HttpServer } from './server';

const logger = createLogger({ service: 'test', level: 'silent' });

function ask(http: HttpServer, agent: Agent, path = '/'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: http.port, path, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response));
    }).on('error', reject);
  });
}

/** Answers `/slow` when told to, everything else at once. */
function gated() {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const handler: RequestListener = (request, response) => {
    if (request.url !== '/slow') return void response.end('fast');
    started.resolve();
    void gate.promise.then(() => response.end('slow'));
  };
  return { handler, started: started.promise, release: gate.resolve };
}

describe('listen', () => {
  it('finishes what is under way, lets kept-alive connections go, and takes nothing new', async () => {
    const { handler, started, release } = gated();
    const http = await listen(handler, { host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true });
    await ask(http, agent);
    const slow = ask(http, agent, '/slow');
    await started;
    const closed = http.close();
    expect(http.close()).toBe(closed);
    await expect(ask(http, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();
    expect((await slow).statusCode).toBe(200);
    await closed;
    agent.destroy();
  });

  it('cuts what does not finish in time', async () => {
    const { handler, started, release } = gated();
    const http = await listen(handler, { host: '127.0.0.1', port: 0 });
    const cut = expect(ask(http, new Agent(), '/slow')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await started;
    await http.close(10);
    await cut;
    release();
  });

  it('refuses a body that takes too long, unless its route has bounds of its own', async () => {
    const handler: RequestListener = (incoming, response) => {
      if (incoming.url === '/long') boundsBodyItself(incoming);
      incoming
        .resume()
        .on('end', () => response.end('whole'))
        .on('error', () => undefined);
    };
    const http = await listen(handler, { host: '127.0.0.1', port: 0, bodyMs: 20 });
    const begin = (path: string) => {
      const sent = request({ host: '127.0.0.1', port: http.port, path, method: 'POST' });
      const status = new Promise((resolve, reject) => {
        sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      });
      sent.write('half');
      return { sent, status };
    };
    const [long, late] = [begin('/long'), begin('/late')];
    expect(await late.status).toBe(408);
    long.sent.end('whole');
    expect(await long.status).toBe(200);
    await http.close(10);
  });

  it('rejects where the port is taken', async () => {
    const http = await listen(() => undefined, { host: '127.0.0.1', port: 0 });
    await expect(listen(() => undefined, { host: '127.0.0.1', port: http.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await http.close();
  });

  it('runs as a service until it is told to stop', async () => {
    const stop = new AbortController();
    const listening = Promise.withResolvers<HttpServer>();
    const options = { name: 'api', handler: gated().handler, logger, host: '127.0.0.1', port: 0 };
    const running = httpService({ ...options, onListening: listening.resolve }).run(stop.signal);
    const http = await listening.promise;
    expect((await ask(http, new Agent())).statusCode).toBe(200);
    stop.abort();
    await running;
    await expect(ask(http, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
