const NONE: readonly string[] = [];

/** The message that a command names, as the part of its stream that the decision needs. */
export function theMessage({ messageId }: { messageId: string }): readonly string[] {
  return [messageId];
}

/** The thread whose place in its reader's stream a command is about. */
export function thePlace({ threadId }: { threadId: string }): readonly string[] {
  return [threadId];
}

export function ifNamed(id: string | null): readonly string[] {
  return id === null ? NONE : [id];
}
