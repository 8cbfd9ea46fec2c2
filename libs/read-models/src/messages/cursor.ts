/** Cursor of a place in a thread's messages, as every surface hands it out and takes it: opaque to clients. */
export function messageCursor(messageIndex: number): string {
  return Buffer.from(`1m${messageIndex}`, 'latin1').toString('base64url');
}
