import type { Command } from 'commander';
import {
  webhooksAttempts,
  webhooksCancel,
  webhooksDeadLetters,
  webhooksList,
  webhooksReplay,
  webhooksReplays,
  webhooksRetry,
  webhooksTest,
  type ActOptions,
  type ReplayOptions,
} from './commands/webhooks';
import type { PageOptions } from './commands/ofTenant';
import type { CommandContext } from './context';
import type { Outcome } from './outcome';
import type { Perform } from './perform';
import { ofTenant, paged } from './tenantOptions';

/** Deliveries of tenants, by the operations port. */
export function addWebhooks(program: Command, perform: Perform): void {
  const webhooks = program
    .command('webhooks')
    .description(
      'endpoints of tenants and their deliveries, by the operations port with OPS_TOKEN; no secrets, no texts',
    );
  paged(webhooks.command('list'))
    .description('endpoints of a tenant')
    .action((options: PageOptions) => perform((context) => webhooksList(context, options)));
  const lists: [string, string, (context: CommandContext, id: string, options: PageOptions) => Promise<Outcome>][] = [
    ['attempts', 'what an endpoint was sent in the last week, newest first', webhooksAttempts],
    ['dead-letters', 'what was given up, newest first', webhooksDeadLetters],
    ['replays', 'replays of an endpoint and how far they are', webhooksReplays],
  ];
  for (const [name, description, work] of lists)
    paged(webhooks.command(`${name} <webhook>`))
      .description(description)
      .action((id: string, options: PageOptions) => perform((context) => work(context, id, options)));
  addActs(webhooks, perform);
}

function addActs(webhooks: Command, perform: Perform): void {
  const acting = (command: Command) =>
    ofTenant(command).option('--by <name>', 'who does it, for the tenant’s audit log; by default who is logged in');
  acting(webhooks.command('retry <webhook> [number]'))
    .description('let a dead letter be tried again, or all')
    .option('--all', 'all of them')
    .action((id: string, n: string | undefined, options: ActOptions & { all?: boolean }) =>
      perform((context) => webhooksRetry(context, { id, n, all: options.all ?? false }, options)),
    );
  acting(webhooks.command('test <webhook>'))
    .description('send a test event; exit code 1 where it is not taken')
    .action((id: string, options: ActOptions) => perform((context) => webhooksTest(context, id, options)));
  acting(webhooks.command('replay <webhook>'))
    .description('tell an endpoint again what happened')
    .requiredOption('--from <time>', 'a time, or the position of an event')
    .option('--to <time>', 'the same of its end; by default all that is there')
    .option('--thread <id>', 'of one thread alone')
    .option('--key <key>', 'names it: the same key again begins no other one')
    .action((id: string, options: ReplayOptions) => perform((context) => webhooksReplay(context, id, options)));
  acting(webhooks.command('cancel <webhook>'))
    .description('end a replay')
    .requiredOption('--replay <id>', 'which one')
    .action((id: string, options: ActOptions & { replay: string }) =>
      perform((context) => webhooksCancel(context, { id, replay: options.replay }, options)),
    );
}
