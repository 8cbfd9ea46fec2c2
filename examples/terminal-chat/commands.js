import { lineOf, printable } from './lines.js';

export const HELP = [
  'What you write is sent. Beside that:',
  '  /react NUMBER EMOJI   /edit NUMBER TEXT   /delete NUMBER',
  '  /older   /who   /retry   /quit',
].join('\n');

const OLDER = 20;

/** What begins with a slash. Each returns what is to be printed; what it cannot do it throws. */
export const COMMANDS = {
  help: () => HELP,
  async react({ view }, [number, emoji = '']) {
    await view.react(idOf(view, number), emoji);
  },
  async edit({ view }, [number, ...words]) {
    await view.edit(idOf(view, number), words.join(' '));
  },
  async delete({ view }, [number]) {
    await view.delete(idOf(view, number));
  },
  async older({ view }) {
    const before = view.getSnapshot().messages[0]?.messageIndex ?? 0;
    await view.loadOlder(OLDER);
    const older = view.getSnapshot().messages.filter(({ messageIndex }) => messageIndex < before);
    return older.length > 0 ? older.map(lineOf).join('\n') : 'There are no older ones.';
  },
  who({ view }) {
    const { thread, receipts } = view.getSnapshot();
    return (thread?.participants ?? [])
      .map(({ userId, displayName, role }) => {
        const read = receipts.get(userId)?.messageIndex ?? 0;
        return `  ${printable(displayName ?? userId)} (${role}), has read up to #${read}`;
      })
      .join('\n');
  },
  retry({ view }) {
    const failed = view.getSnapshot().messages.filter(({ state }) => state === 'failed');
    for (const { localId } of failed) view.retry(localId)?.sent.catch(() => undefined);
    return `${failed.length} sent again.`;
  },
};

function idOf(view, number) {
  const index = Number(String(number).replace('#', ''));
  const message = view.getSnapshot().messages.find((one) => one.state === 'sent' && one.messageIndex === index);
  if (!message) throw new Error(`There is no message ${number} here.`);
  return message.id;
}
