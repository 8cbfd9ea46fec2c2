import { visibleFromIndex, visibleFromSeq, type Actor, type ThreadAccess } from '@threadlog/auth';

/** The part of a conversation that somebody sees. */
export interface Seen {
  /** Messages of a lower index are not shown to it. */
  visibleFrom: number;
  /** Nor sub-threads that begin at a lower seq of the root. */
  visibleFromSeq: number;
}

/** What the access rule shows of a root thread that the actor may see. */
export function seenOf(actor: Actor, root: Omit<ThreadAccess, 'beginsAtSeq'>): Seen {
  return {
    visibleFrom: visibleFromIndex(actor, { ...root, beginsAtSeq: null }),
    visibleFromSeq: visibleFromSeq(actor, root),
  };
}

export function seesEverything({ visibleFrom, visibleFromSeq: fromSeq }: Seen): boolean {
  return visibleFrom === 1 && fromSeq === 1;
}
