import type { Command } from 'commander';
import type { OfTenant, PageOptions } from './commands/ofTenant';
import { privacyHolds, privacyReceipt, privacyRequests, privacyRetention } from './commands/privacy';
import { privacyProve, type ProveOptions } from './commands/prove';
import type { Perform } from './perform';
import { ofTenant, paged } from './tenantOptions';

/** Requests of tenants, by the operations port; and the proof of an erasure, by the stores. */
export function addPrivacy(program: Command, perform: Perform): void {
  const privacy = program.command('privacy').description('exports and erasures, holds, retention, proofs');
  addProve(privacy, perform);
  paged(privacy.command('requests'))
    .description('exports and erasures of a tenant, and how far they are; newest first')
    .action((options: PageOptions) => perform((context) => privacyRequests(context, options)));
  ofTenant(privacy.command('receipt <request>'))
    .description('the receipt of an erasure, for receipt verify')
    .action((id: string, options: OfTenant) => perform((context) => privacyReceipt(context, id, options)));
  ofTenant(privacy.command('holds'))
    .description('what is held back from erasure and retention')
    .action((options: OfTenant) => perform((context) => privacyHolds(context, options)));
  ofTenant(privacy.command('retention'))
    .description('how long messages are kept')
    .action((options: OfTenant) => perform((context) => privacyRetention(context, options)));
}

function addProve(privacy: Command, perform: Perform): void {
  const more = (value: string, former: string[]) => [...former, value];
  privacy
    .command('prove')
    .description('prove that a person is erased: keys, log, every read model, and the bytes of files')
    .requiredOption('--tenant <id>', 'tenant')
    .requiredOption('--subject <id>', 'user or learner')
    .option('--needle-file <file>', 'file with one text that must not be found; may be repeated', more, [])
    .option('--scan <path>', 'file or directory whose bytes are looked through; may be repeated', more, [])
    .option('--request <id>', 'request whose receipt must verify and agree')
    .option('--receipt <file>', 'the same, with the receipt in a file')
    .option('--key <key>', 'public key of the receipt, or its file; by default that of PRIVACY_RECEIPT_KEY')
    .action((options: ProveOptions) => perform((context) => privacyProve(context, options)));
}
