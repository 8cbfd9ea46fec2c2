import { runMain } from '@threadlog/service';
import { loadHttpConfig, loadStdioConfig } from './config';
import { serveHttp } from './http/serve';
import { serveStdio } from './stdio';

const BAD_USAGE = 64;
const [form, ...rest] = process.argv.slice(2);

if ((form !== undefined && form !== '--http') || rest.length > 0) {
  console.error('usage: npm run --silent mcp [-- --http]');
  process.exit(BAD_USAGE);
}
void runMain(async (signal) => {
  if (form === '--http') await serveHttp(loadHttpConfig(), signal);
  else await serveStdio(loadStdioConfig(), signal);
});
