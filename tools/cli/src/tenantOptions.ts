import type { Command } from 'commander';
import { countOf } from './given';

/** Whose it is about. */
export const ofTenant = (command: Command): Command => command.requiredOption('--tenant <id>', 'tenant');

/** The same of a list, page by page. */
export const paged = (command: Command): Command =>
  ofTenant(command)
    .option('--cursor <cursor>', 'where to go on, as the page before says')
    .option('--limit <number>', 'most that are shown', countOf(100), 50);
