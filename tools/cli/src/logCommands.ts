import type { Command } from 'commander';
import { eventsGrep, eventsShow, eventsTail, type TailOptions } from './commands/events';
import { logRepair, type RepairOptions } from './commands/logRepair';
import {
  threadsAt,
  threadsEvents,
  threadsList,
  type AtOptions,
  type EventsOptions,
  type ListOptions,
} from './commands/threads';
import { countOf, offsetOf } from './given';
import type { Perform } from './perform';
import { paged } from './tenantOptions';

const MOST_EVENTS = 200_000;

/** The log as a whole. */
export function addLog(program: Command, perform: Perform): void {
  program
    .command('log')
    .description('the log itself')
    .command('repair')
    .description('say which partitions lost their last records and what was lost; go on without them')
    .option('--accept-loss <reason>', 'go on with what is left; the reason is kept')
    .option('--restored', 'the lost records were brought back, into the same log')
    .option('--wait <seconds>', 'how long projectors may take for the new generation', countOf(86_400), 600)
    .action((options: RepairOptions) => perform((context) => logRepair(context, options)));
}

/** Its records. */
export function addEvents(program: Command, perform: Perform): void {
  const events = program.command('events').description('records of the log; never what people wrote');
  const selecting = (command: Command) =>
    command
      .option('--partition <number>', 'of one partition alone', offsetOf)
      .option('--tenant <id>', 'of one tenant')
      .option('--type <type>', 'of one type of event')
      .option('--limit <records>', 'most that are shown', countOf(MOST_EVENTS), 100);
  selecting(events.command('tail'))
    .description('the newest records, the oldest of them first')
    .option('--from <offset>', 'begin at this offset of the partition instead', offsetOf)
    .action((options: TailOptions) => perform((context) => eventsTail(context, options)));
  selecting(events.command('grep <text>'))
    .description('the newest records in which a text stands: ids, keys, types, data without what people wrote')
    .action((text: string, options: TailOptions) => perform((context) => eventsGrep(context, text, options)));
  events
    .command('show')
    .description('one record with its data')
    .argument('<partition>', 'partition', offsetOf)
    .argument('<offset>', 'offset', offsetOf)
    .action((partition: number, offset: number) => perform((context) => eventsShow(context, partition, offset)));
}

/** Threads as it has them. */
export function addThreads(program: Command, perform: Perform): void {
  const threads = program.command('threads').description('threads as the log has them; never what people wrote');
  const tenant = ['--tenant <id>', 'tenant'] as const;
  paged(threads.command('list'))
    .description('threads of a tenant as reads have them, by the operations port; the one active last first')
    .option('--participant <user>', 'those of somebody')
    .option('--learner <learner>', 'those about a learner')
    .action((options: ListOptions) => perform((context) => threadsList(context, options)));
  threads
    .command('events <thread>')
    .description('the events of a thread')
    .requiredOption(...tenant)
    .option('--from <seq>', 'number of the first one; by default the newest are shown', countOf(MOST_EVENTS))
    .option('--limit <events>', 'most that are shown', countOf(MOST_EVENTS), 100)
    .action((thread: string, options: EventsOptions) => perform((context) => threadsEvents(context, thread, options)));
  threads
    .command('at <thread>')
    .description('a thread as it was after one of its events')
    .argument('<seq>', 'number of the event', countOf(MOST_EVENTS))
    .requiredOption(...tenant)
    .option('--messages <count>', 'newest messages that are printed; JSON has all', countOf(MOST_EVENTS), 20)
    .action((threadId: string, seq: number, options: AtOptions) =>
      perform((context) => threadsAt(context, { threadId, seq }, options)),
    );
}
