// Ends with 0 when the process of this container is ready, with 1 otherwise: every role answers on the operations port.
import { get } from 'node:http';

const port = Number(process.env.OPS_PORT || 4002);
const request = get({ host: '127.0.0.1', port, path: '/readyz', timeout: 4_000 }, (response) => {
  response.resume();
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error('no answer in time')));
request.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
