import type { Command } from 'commander';
import { configCheck } from './commands/config';
import { projectionsLag } from './commands/projections';
import { tenants } from './commands/tenants';
import { tokenDecode, tokenExplain } from './commands/token';
import { verify, type VerifyOptions } from './commands/verify';
import { countOf, offsetOf } from './given';
import type { Perform } from './perform';

/** What a process would make of its variables. */
export function addConfig(program: Command, perform: Perform): void {
  program
    .command('config')
    .description('the configuration of a process')
    .command('check')
    .description(
      'say whether a process would start with it; every problem at once, and exit code 78 where there is one',
    )
    .action(() => perform(configCheck));
}

/** Tokens, and what they open. */
export function addToken(program: Command, perform: Perform): void {
  const token = program.command('token').description('tokens of callers; - reads one from standard input');
  token
    .command('decode <token>')
    .description('what a token says, and whether this configuration takes it; exit code 1 unless it does')
    .action((given: string) => perform((context) => tokenDecode(context, given)));
  token
    .command('explain <token>')
    .description('whether its bearer sees a thread, and why; exit code 1 unless it may read it')
    .requiredOption('--thread <id>', 'thread')
    .action((given: string, { thread }: { thread: string }) =>
      perform((context) => tokenExplain(context, given, thread)),
    );
}

/** What the read model holds, and how far it is. */
export function addReadModel(program: Command, perform: Perform): void {
  program
    .command('tenants')
    .description('who has threads here, and how many; those with the most messages first')
    .option('--limit <tenants>', 'most that are shown', countOf(100_000), 100)
    .action((options: { limit: number }) => perform((context) => tenants(context, options)));
  program
    .command('projections')
    .description('how the read model follows the log')
    .command('lag')
    .description('how far each generation is behind, and the served one by partition')
    .option('--most <records>', 'exit code 1 where the served one is further behind', offsetOf, 1_000)
    .action((options: { most: number }) => perform((context) => projectionsLag(context, options)));
  program
    .command('verify')
    .description(
      'whether the served read model is the fold of the log: builds it again beside it, compares, drops that',
    )
    .option('--limit <rows>', 'most differences that are told', countOf(10_000), 20)
    .option('--keep', 'leave what was built for it, for generations compare or flip')
    .option('--patience <seconds>', 'how long nothing may be read', countOf(86_400), 60)
    .action((options: VerifyOptions) => perform((context) => verify(context, options)));
}
