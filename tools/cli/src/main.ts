import { run } from './run';

void run(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  report: (line) => void process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY && { terminal: process.stderr }),
}).then((code) => process.exit(code));
