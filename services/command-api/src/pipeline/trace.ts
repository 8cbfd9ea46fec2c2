import type { CommandRequest, CommandResult } from '@threadlog/commands';
import { beginSpan, isTracing, type WorkSpan } from '@threadlog/service';

/** How a command is traced at its owner: until it is decided, and from there until its events are acknowledged. */
export interface CommandTrace {
  /** It is decided; what its records carry, so that whoever reads them is a part of it. */
  decided(events: number): string;
  /** It is answered; with a code where it was refused. */
  ended(code: string | undefined): void;
}

/** Null where nothing is traced. */
export function traceCommand(
  { command, traceparent }: Pick<CommandRequest, 'command' | 'traceparent'>,
  partition: number,
): CommandTrace | null {
  if (!isTracing()) return null;
  const facts = { 'threadlog.command': command.type, 'threadlog.partition': partition };
  const deciding = beginSpan({ name: 'decide', parent: traceparent, facts });
  if (!deciding) return null;
  let appending: WorkSpan | null = null;
  return {
    decided(events) {
      deciding.end({ facts: { 'threadlog.events': events } });
      appending = beginSpan({ name: 'append', parent: deciding.traceparent, facts });
      return appending?.traceparent ?? deciding.traceparent;
    },
    ended(code) {
      deciding.end({ code });
      appending?.end({ code });
    },
  };
}

/** Why a result is a refusal; undefined where it is none. */
export function codeOf(outcome: CommandResult | symbol): string | undefined {
  if (typeof outcome === 'symbol') return 'not_owner';
  return outcome.ok ? undefined : outcome.problem.code;
}
