import { request } from 'node:http';

const pingOptions = () => {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length), path: '/_ping', timeout: 1_000 };
  const url = new URL(host.replace(/^tcp:/, 'http:'));
  return { host: url.hostname, port: url.port, path: '/_ping', timeout: 1_000 };
};

/** Whether there is a Docker engine, not only its client. */
export const dockerAnswers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const ping = request(pingOptions(), (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy()).on('error', () => resolve(false));
    ping.end();
  });
