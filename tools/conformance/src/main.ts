import { conform } from './conform';
import { parseOptions, USAGE, UsageError } from './options';

const BAD_USAGE = 64;

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const { failures, passed } = await conform(options, console.log);
  return failures.length === 0 && passed > 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
    else console.error(error);
    process.exit(error instanceof UsageError ? BAD_USAGE : 1);
  },
);
