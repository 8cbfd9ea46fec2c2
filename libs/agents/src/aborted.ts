import type { CommandInput } from '@threadlog/commands';
import { said, type Said } from './said';

export type EndReason = CommandInput<'agent.endRun'>['reason'];
export interface Ended {
  kind: 'ended';
  reason: EndReason;
  stoppedBy?: string;
}

/** Why a run is not gone on with; it leaves no message, unless what was said until then is to be kept. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';
  constructor(
    readonly reason: EndReason,
    readonly keepsText = false,
    /** Who wanted that; null where nobody did, or it is not known. */
    readonly by: string | null = null,
  ) {
    super(reason);
  }
}

/** Somebody has stopped it. */
export function stoppedBy(by: string | null): RunAborted {
  return new RunAborted('stopped', true, by);
}

/** What comes of a run that was broken off, with what it had said. */
export function brokenOff({ reason, keepsText, by }: RunAborted, soFar: string): Said | Ended {
  const whose = by === null ? {} : { stoppedBy: by };
  const kept = keepsText ? said(soFar, { finish: 'stopped', ...whose }) : null;
  return kept?.kind === 'said' ? kept : { kind: 'ended', reason, ...whose };
}

/** Rejects with the signal's reason as soon as it aborts: nobody waits for a turn, or a body, to learn that it is not needed. */
export async function orAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  const gone = Promise.withResolvers<never>();
  const abort = (): void => gone.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return Promise.race([task, gone.promise]).finally(() => signal.removeEventListener('abort', abort));
}
