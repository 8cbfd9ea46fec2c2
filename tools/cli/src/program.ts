import { Command } from 'commander';
import { addAgents } from './agentCommands';
import { doctor } from './commands/doctor';
import {
  generationsCompare,
  generationsCreate,
  generationsDrop,
  generationsFlip,
  generationsList,
} from './commands/generations';
import { keysCheck, keysRotate, keysStatus } from './commands/keys';
import {
  quarantineDiscard,
  quarantineList,
  quarantineReplay,
  quarantineShow,
  quarantineStreams,
  type DiscardOptions,
  type QuarantineOptions,
} from './commands/quarantine';
import { rebuild, type RebuildOptions } from './commands/rebuild';
import { receiptPublicKey, receiptVerify } from './commands/receipts';
import { status } from './commands/status';
import { addConfig, addReadModel, addToken } from './deploymentCommands';
import { countOf, offsetOf } from './given';
import { addEvents, addLog, addThreads } from './logCommands';
import type { Perform } from './perform';
import { addPrivacy } from './privacyCommands';
import { addWebhooks } from './webhookCommands';

const DATA_DIR = 'take the environment that npm start left in this data directory';

/** All commands; each hands its work to `perform`. */
export function createProgram(perform: Perform): Command {
  const program = new Command('cli')
    .description(
      'Commands for whoever runs Threadlog. The configuration is that of a process: variables of the environment.',
    )
    .option('--data-dir <directory>', DATA_DIR)
    .option('--json', 'print the result as JSON');
  addDoctor(program, perform);
  addStatus(program, perform);
  addConfig(program, perform);
  addReadModel(program, perform);
  addToken(program, perform);
  addKeys(program, perform);
  addReceipts(program, perform);
  addPrivacy(program, perform);
  addGenerations(program, perform);
  addRebuild(program, perform);
  addQuarantine(program, perform);
  addLog(program, perform);
  addEvents(program, perform);
  addThreads(program, perform);
  addWebhooks(program, perform);
  addAgents(program, perform);
  return program;
}

function addDoctor(program: Command, perform: Perform): void {
  program
    .command('doctor')
    .description(
      'look at all that a deployment rests on; name what is wrong and its cure; exit code 1 where there is a fault',
    )
    .action(() => perform((context) => doctor(context)));
}

function addStatus(program: Command, perform: Perform): void {
  program
    .command('status')
    .description('processes, owners of partitions, lag, quarantine; exit code 1 where something stands still')
    .action(() => perform(status));
}

function addKeys(program: Command, perform: Perform): void {
  const keys = program.command('keys').description('the master key and the keys below it');
  keys
    .command('status')
    .description('versions of the master key, how many keys are under each, when each is due to be gone')
    .action(() => perform(keysStatus));
  keys
    .command('check')
    .description(
      'compare the keys that texts in the log need with those in the key store; exit code 1 where any is missing',
    )
    .option('--newest <records>', 'look at so many records of each partition only', countOf(1_000_000_000))
    .action((options: { newest?: number }) => perform((context) => keysCheck(context, options)));
  keys
    .command('rotate')
    .description('wrap all keys again under the current master key; can be stopped and repeated')
    .option('--batch <keys>', 'keys wrapped at once', countOf(10_000), 500)
    .action((options: { batch: number }) => perform((context) => keysRotate(context, options)));
}

function addReceipts(program: Command, perform: Perform): void {
  const receipt = program.command('receipt').description('receipts of erasures');
  receipt
    .command('verify <file>')
    .description('verify a receipt by its public key alone; - is standard input')
    .requiredOption('--key <key>', 'public key, or the name of its file')
    .action((file: string, options: { key: string }) => perform(() => receiptVerify(file, options)));
  receipt
    .command('public-key')
    .description('the public key of PRIVACY_RECEIPT_KEY')
    .action(() => perform(receiptPublicKey));
}

function addGenerations(program: Command, perform: Perform): void {
  const number = countOf(1_000_000);
  const generations = program.command('generations').description('generations of the read model');
  generations
    .command('list')
    .description('those that are kept up')
    .action(() => perform(generationsList));
  generations
    .command('create')
    .description('begin the next one')
    .action(() => perform(generationsCreate));
  generations
    .command('compare')
    .description('say whether two hold the same; exit code 1 unless they do')
    .argument('<one>', 'generation', number)
    .argument('<other>', 'generation', number)
    .action((one: number, other: number) => perform((context) => generationsCompare(context, one, other)));
  generations
    .command('flip')
    .description('serve another one')
    .argument('<generation>', 'generation', number)
    .action((generation: number) => perform((context) => generationsFlip(context, generation)));
  generations
    .command('drop')
    .description('end one that is not served')
    .argument('<generation>', 'generation', number)
    .action((generation: number) => perform((context) => generationsDrop(context, generation)));
}

function addRebuild(program: Command, perform: Perform): void {
  program
    .command('rebuild')
    .description(
      'build the read model again beside the served one, wait with a bar, serve it; can be stopped and repeated',
    )
    .option('--no-flip', 'build it, and leave serving it to generations flip')
    .option('--drop-former', 'drop the former ones of this version once the new one is served')
    .option('--patience <seconds>', 'how long nothing may be read', countOf(86_400), 60)
    .action((options: RebuildOptions) => perform((context) => rebuild(context, options)));
}

function addQuarantine(program: Command, perform: Perform): void {
  const quarantine = program.command('quarantine').description('records that could not be applied');
  const generation = ['--generation <number>', 'by default the one that is served', countOf(1_000_000)] as const;
  quarantine
    .command('list')
    .description('what waits there')
    .option(...generation)
    .action((options: QuarantineOptions) => perform((context) => quarantineList(context, options)));
  quarantine
    .command('streams')
    .description('what waits there, a line for each record key')
    .option(...generation)
    .action((options: QuarantineOptions) => perform((context) => quarantineStreams(context, options)));
  quarantine
    .command('replay <key>')
    .description('apply what waits for a record key, after the fault was mended')
    .option(...generation)
    .action((key: string, options: QuarantineOptions) => perform((context) => quarantineReplay(context, key, options)));
  quarantine
    .command('show <key>')
    .description('what waits for a record key, and what was discarded of it')
    .option(...generation)
    .action((key: string, options: QuarantineOptions) => perform((context) => quarantineShow(context, key, options)));
  quarantine
    .command('discard <key>')
    .description('give a record up, in every generation and for good')
    .argument('<offset>', 'its offset', offsetOf)
    .requiredOption('--reason <text>', 'why: it is kept')
    .option('--by <name>', 'who says so; by default who is logged in')
    .option('--force', 'also a record that takes something away and cannot be read')
    .action((key: string, offset: number, options: DiscardOptions) =>
      perform((context) => quarantineDiscard(context, { key, offset }, options)),
    );
}
