import { ProblemError } from '@threadlog/events';
import { GenerationError, InspectionError, ReplayError } from '@threadlog/projector';
import { SealingError } from '@threadlog/sealing';
import { ConfigError, EXIT_CONFIG, type Env } from '@threadlog/service';
import { CommanderError, type Command } from 'commander';
import { environmentOf, type CommandContext } from './context';
import { CommandError, EXIT, type Outcome } from './outcome';
import { createProgram } from './program';

/** Where a run takes its configuration from, and where what it says goes. */
export interface Streams {
  env: Env;
  /** The result. */
  out(text: string): void;
  /** Progress and faults, a line each. */
  report(line: string): void;
  /** Where bars are drawn; without it progress is said in lines. */
  terminal?: NodeJS.WriteStream | undefined;
}

/** Runs one command; resolves with the exit code of the process: 0 yes, 1 no, otherwise why there is no answer. */
export async function run(argv: readonly string[], { env, out, report, terminal }: Streams): Promise<number> {
  let outcome: Outcome | undefined;
  const program: Command = createProgram(async (work) => {
    const { dataDir } = program.opts<{ dataDir?: string }>();
    // Only where a command asks for it: a receipt is verified on no deployment at all.
    let found: Env | undefined;
    const context: CommandContext = {
      get env() {
        return (found ??= environmentOf(env, dataDir, report));
      },
      report,
      terminal,
    };
    outcome = await work(context);
  });
  speakThrough(program, { out, report });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    return failed(error, report);
  }
  if (!outcome) return EXIT.ok;
  const { json, text, ok, exit = ok ? EXIT.ok : EXIT.no } = outcome;
  out(`${program.opts<{ json?: boolean }>().json ? JSON.stringify(json, null, 2) : text}\n`);
  return exit;
}

/** Commands say what they have to say through us, and end nothing. */
function speakThrough(command: Command, { out, report }: Pick<Streams, 'out' | 'report'>): void {
  command.exitOverride().configureOutput({ writeOut: out, writeErr: (text) => report(text.trimEnd()) });
  for (const child of command.commands) speakThrough(child, { out, report });
}

function failed(error: unknown, report: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError) {
    report(error.message);
    return EXIT_CONFIG;
  }
  if (error instanceof CommandError) {
    report(error.message);
    return error.exit;
  }
  // Refusals, which say what to do.
  if ([GenerationError, InspectionError, ReplayError].some((refusal) => error instanceof refusal)) {
    report((error as Error).message);
    return EXIT.no;
  }
  return fault(error, report);
}

/** Codes of Postgres: a table or schema that is not there. */
const UNDEFINED = new Set(['42P01', '3F000']);

function fault(error: unknown, report: (line: string) => void): number {
  const { message, code } = error as { message?: string; code?: string };
  if (error instanceof SealingError && error.code === 'master_key') {
    report(`${message}; add it to SEALING_MASTER_KEYS_OLD`);
    return EXIT_CONFIG;
  }
  if (code !== undefined && UNDEFINED.has(code)) {
    report(`${message}: start the processes of this version first, they make what is missing`);
    return EXIT.unavailable;
  }
  if (isAway(error)) {
    report(`a server cannot be reached: ${message || code}`);
    return EXIT.unavailable;
  }
  report(`it failed: ${message ?? String(error)}`);
  return EXIT.internal;
}

function isAway(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  if (error instanceof ProblemError) return error.problem.code === 'unavailable';
  return (
    /^(ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)/.test(code ?? '') ||
    /^(KafkaJS|MongoNetwork|MongoServerSel)/.test(name ?? '')
  );
}
