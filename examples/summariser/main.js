import { ChatConfigError, ChatError, clientFromEnv } from '@threadlog/client/node';
import { summarise } from './summarise.js';

const PAGE = 50;
const [conversationId, given = '100'] = process.argv.slice(2);
const most = Number(given);
if (!conversationId || !(Number.isInteger(most) && most >= 1 && most <= 1_000)) {
  console.error('usage: CHAT_TOKEN=… node main.js CONVERSATION [most messages, 1 to 1000]');
  process.exit(64);
}

/** One line of JSON each, on standard error: standard output is the summary's. */
const line = (level) => (message, fields) => console.error(JSON.stringify({ level, message, ...fields }));
const logger = { info: line('info'), warn: line('warn'), error: line('error') };

/** JSON whose texts do nothing to a terminal: what JSON itself leaves alone of control and direction characters is escaped too. */
const plain = (value) =>
  JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Oldest first, page by page. */
async function newest(chat) {
  const found = [];
  let cursor;
  do {
    const page = await chat.getRecentMessages(conversationId, Math.min(PAGE, most - found.length), { cursor });
    found.push(...page.messages);
    cursor = page.has_more && page.messages.length > 0 ? page.next_cursor : null;
  } while (cursor && found.length < most);
  return found.reverse();
}

try {
  const chat = clientFromEnv({ token: process.env.CHAT_TOKEN, logger });
  console.log(plain(summarise(await newest(chat))));
} catch (error) {
  if (!(error instanceof ChatError || error instanceof ChatConfigError || error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof ChatError ? 1 : 78;
}
