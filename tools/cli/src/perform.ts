import type { CommandContext } from './context';
import type { Outcome } from './outcome';

/** Runs one command and keeps what came of it. */
export type Perform = (work: (context: CommandContext) => Outcome | Promise<Outcome>) => Promise<void>;
