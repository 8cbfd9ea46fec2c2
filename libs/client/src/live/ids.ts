/** The conversation that a thread belongs to: a sub-thread's id is its root's, `~` and a suffix. */
export function rootOf(threadId: string): string {
  const at = threadId.indexOf('~');
  return at < 0 ? threadId : threadId.slice(0, at);
}
