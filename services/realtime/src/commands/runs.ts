import { createPieces, type AgentStreams, type LastPiece, type Pieces, type StreamRequest } from '@threadlog/agents';
import type { CommandAccepted } from '@threadlog/commands';
import { notThere, problem } from '@threadlog/events';

/** Runs that are over of which a socket may still ask what became of them. */
const MAX_SETTLED = 16;
/** Runs of a socket that are not over, those included that another one has taken the place of. */
const MAX_OPEN = 16;

/** The answers that an agent streams over one socket. */
export interface SocketRuns {
  /** Resolves with the run's id when what is said is shown; rejects where it may not answer. */
  begin(request: Omit<StreamRequest, 'open' | 'begun'>): Promise<string>;
  /** Throws `not_found` for a run of which this socket has begun nothing, and what it was refused with for one that is over. */
  text(runId: string, n: number, text: string): void;
  tool(runId: string): void;
  /** What became of it: null where there is no message; rejects with what it was refused with. */
  end(runId: string, last: LastPiece): Promise<CommandAccepted | null>;
  /** The socket is gone. */
  closed(): void;
}

interface Run {
  pieces: Pieces;
  /** Number of the last text. */
  n: number;
  outcome: Promise<CommandAccepted | null>;
  /** Undefined while it goes on. */
  over?: { refusal: unknown };
}

/**
 * `resumeMs`: so long after its socket has gone a run waits to be begun again, over another one, before what was said counts as
 * its answer.
 */
export function createSocketRuns({ take }: Pick<AgentStreams, 'take'>, resumeMs: number): SocketRuns {
  const runs = new Map<string, Run>();
  let isClosed = false;
  let open = 0;

  function add(runId: string, run: Run): void {
    runs.set(runId, run);
    const settled = [...runs].filter(([, { over }]) => over);
    for (const [id] of settled.slice(0, -MAX_SETTLED)) runs.delete(id);
    if (isClosed) leave(run);
  }

  function leave({ pieces }: Run): void {
    setTimeout(pieces.lost, resumeMs).unref();
  }

  function find(runId: string): Run {
    const run = runs.get(runId);
    if (!run) throw notThere();
    return run;
  }

  function going(runId: string): Run {
    const run = find(runId);
    if (run.over) throw run.over.refusal ?? problem('conflict', 'the run is over');
    return run;
  }

  return {
    async begin(request) {
      if (open >= MAX_OPEN)
        throw problem('rate_limited', 'Too many answers over this socket at once.', { retryAfter: 1 });
      open += 1;
      const { run, begun } = started(take, request, () => (open -= 1));
      const runId = await begun;
      add(runId, run);
      return runId;
    },
    text(runId, n, text) {
      const run = going(runId);
      // A repeat of what is there already.
      if (n <= run.n) return;
      if (n > run.n + 1) throw problem('conflict', `text ${run.n + 1} of the run has not come`);
      run.n = n;
      run.pieces.text(text);
    },
    tool: (runId) => going(runId).pieces.tool(),
    async end(runId, last) {
      const run = find(runId);
      run.pieces.last(last);
      try {
        return await run.outcome;
      } finally {
        if (runs.get(runId) === run) runs.delete(runId);
      }
    },
    closed() {
      isClosed = true;
      for (const run of runs.values()) leave(run);
    },
  };
}

/** `begun` resolves with the run's id when it has its place. */
function started(
  take: AgentStreams['take'],
  request: Omit<StreamRequest, 'open' | 'begun'>,
  onOver: () => void,
): { run: Run; begun: Promise<string> } {
  const pieces = createPieces();
  const begun = Promise.withResolvers<string>();
  const outcome = take({ ...request, open: () => pieces.hear, begun: begun.resolve });
  const run: Run = { pieces, n: 0, outcome };
  const over = (refusal: unknown): void => {
    run.over = { refusal };
    onOver();
  };
  outcome.then(
    () => over(null),
    (refusal: unknown) => {
      over(refusal);
      begun.reject(refusal as Error);
    },
  );
  return { run, begun: begun.promise };
}
