import { StackError } from '../errors';
import { parseOptions } from './options';
import { runDevelopment } from './run';
import { stopRequested } from './signals';

const report = (line: string) => console.log(line);

const main = async (): Promise<number> => {
  const signal = stopRequested(report);
  try {
    const { argv, env } = process;
    // The tests of the launcher put a service of their own in place of ours.
    const script = env.THREADLOG_SERVICE_SCRIPT;
    await runDevelopment(parseOptions(argv.slice(2), env), { env, signal, report, script });
    report('Stopped.');
    return 0;
  } catch (error) {
    // An interrupted start fails in many ways that nobody needs to read about.
    if (signal.aborted) return 130;
    console.error(error instanceof StackError ? `\n${error.message}` : error);
    return 1;
  }
};

void main().then((code) => process.exit(code));
