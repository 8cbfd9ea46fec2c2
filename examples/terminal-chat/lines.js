/** What people wrote does nothing to a terminal: control characters, and those that turn the direction of what follows. */
export const printable = (text) =>
  text.replace(/\t/g, ' ').replace(/(?!\n)[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');

const timeOf = (message) => message.createdAt.slice(11, 16);
const nameOf = (message) => printable(message.sender.displayName ?? message.senderId);
/** Further lines of a text stand below its first one. */
const textOf = (message) => printable(message.content ?? '').replace(/\n/g, '\n        ');
const picturesOf = ({ attachments }) => (attachments.length > 0 ? ` [${attachments.length} attached]` : '');
const numberOf = (message) => `#${message.messageIndex}`;

export const lineOf = (message) =>
  `${timeOf(message)}  ${numberOf(message)} ${nameOf(message)}: ${textOf(message)}${picturesOf(message)}`;

const reactionsOf = ({ reactions }) => reactions.map(({ emoji, count }) => `${emoji} ${count}`).join('  ');

/** What is to be said of a message that was shown before; nothing where nobody sees a difference. */
export function changeOf(before, after) {
  if (after.edit > before.edit) return `   * ${numberOf(after)} says now: ${textOf(after)}`;
  const reactions = reactionsOf(after);
  return reactions === reactionsOf(before) ? null : `   * ${numberOf(after)} ${reactions || 'has no reactions now'}`;
}

/**
 * Tells what a snapshot has that those before did not have: lines to print, in order. What is on its way is not told of until
 * it has its place.
 */
export function createNewLines() {
  const shown = new Map();
  let newest = 0;
  return ({ messages, hasOlder }) => {
    const lines = [];
    const held = new Map(messages.filter(({ state }) => state === 'sent').map((message) => [message.id, message]));
    const oldest = hasOlder ? (messages[0]?.messageIndex ?? Infinity) : 0;
    for (const [id, before] of shown) {
      if (held.has(id)) continue;
      shown.delete(id);
      // A long thread holds its newest messages only: what went at its front was not deleted.
      if (before.messageIndex > oldest) lines.push(`   * ${numberOf(before)} was deleted`);
    }
    for (const message of held.values()) {
      const before = shown.get(message.id);
      // Older ones that came in between are printed by whoever asked for them.
      if (before === undefined && message.messageIndex > newest) lines.push(lineOf(message));
      else if (before !== undefined && before !== message) lines.push(changeOf(before, message));
      shown.set(message.id, message);
      newest = Math.max(newest, message.messageIndex);
    }
    return lines.filter((line) => line !== null);
  };
}
