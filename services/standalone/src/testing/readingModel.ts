/** Who sees a root from where: messages by index, sub-threads by where they begin. */
interface Member {
  from: number;
  fromVersion: number;
  /** Messages that there were in the root and in each sub-thread when it came, by thread: read, whatever it is shown. */
  had: ReadonlyMap<string, number>;
}

/** A thread as somebody who is asked about it would remember it. */
export interface ModelThread {
  id: string;
  /** Null for a root; a sub-thread has its root's people. */
  root: ModelThread | null;
  /** Of a sub-thread: the root's version that it begins at. */
  rootVersion: number | null;
  /** Events so far. */
  version: number;
  members: Map<string, Member>;
  messages: { id: string; sender: string; deleted: boolean; edits: number; createdVersion: number }[];
  /** Index of the last message read, by user; it stays when the user goes. */
  reads: Map<string, number>;
}

/** Counted as plainly as can be: from the messages, one by one. */
export function unreadIn(thread: ModelThread, user: string): number {
  const from = firstSeen(thread, user);
  if (from === null) return 0;
  const had = (thread.root ?? thread).members.get(user)!.had.get(thread.id) ?? 0;
  const read = Math.max(had, thread.reads.get(user) ?? 0);
  return thread.messages.filter(
    ({ sender, deleted }, at) => at + 1 >= from && at + 1 > read && sender !== user && !deleted,
  ).length;
}

/** `user index`, of everybody who takes part now and has read something that the viewer sees. */
export function receiptsIn(thread: ModelThread, viewer: string): string[] {
  const { members } = thread.root ?? thread;
  const from = firstSeen(thread, viewer) ?? Infinity;
  return [...thread.reads]
    .filter(([user, index]) => members.has(user) && index >= from)
    .map(([user, index]) => `${user} ${index}`)
    .toSorted();
}

/** Index of the first message that the user sees by taking part; null where it does not see the thread. */
export function firstSeen(thread: ModelThread, user: string): number | null {
  const member = (thread.root ?? thread).members.get(user);
  if (!member) return null;
  if (thread.root === null) return member.from;
  return member.fromVersion <= thread.rootVersion! ? 1 : null;
}
