import { createInterface, clearLine, cursorTo, moveCursor } from 'node:readline';
import { createChatClient } from '@threadlog/client';
import { COMMANDS, HELP } from './commands.js';
import { createNewLines, printable } from './lines.js';

const [threadId] = process.argv.slice(2);
const { CHAT_TOKEN: token, CHAT_URL: url = 'http://localhost:4000' } = process.env;
if (!threadId || !token) {
  console.error('usage: CHAT_TOKEN=… [CHAT_URL=http://localhost:4000] [CHAT_REALTIME_URL=…:4001] node main.js THREAD');
  process.exit(64);
}

const client = createChatClient({ url, realtimeUrl: process.env.CHAT_REALTIME_URL ?? 'http://localhost:4001', token });
const view = client.thread(threadId);
const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
/** Until its end: then there is no line to be kept below what is printed. */
let isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;

/** Above the line that is being written. */
function print(text) {
  if (isTerminal) {
    clearLine(process.stdout, 0);
    cursorTo(process.stdout, 0);
  }
  console.log(text);
  if (isTerminal) terminal.prompt(true);
}

const STATUS = {
  connecting: null,
  live: 'Connected. /help says what can be done.',
  resuming: 'Back; reading what came meanwhile …',
  stale: 'No connection. What you write waits.',
  gone: 'This thread is not yours to see, or was deleted.',
};
const newLines = createNewLines();
let status = 'connecting';
let writing = '';

function show() {
  const now = view.getSnapshot();
  for (const line of newLines(now)) print(line);
  if (now.status !== status) {
    status = now.status;
    if (STATUS[status]) print(`-- ${STATUS[status]}`);
    if (status === 'gone') giveUp();
  }
  const writers = [...now.typing, ...now.drafts.map(({ agentId }) => agentId)].join(', ');
  if (writers !== writing && writers !== '' && isTerminal) print(`   ${writers} is writing …`);
  writing = writers;
  if (isTerminal && now.unreadCount > 0) void view.markRead().catch(() => undefined);
}

/** Fewer than the client holds. */
const MOST_WAITING = 50;
const onItsWay = new Set();
let failed = 0;

function send(text) {
  const sent = view.send(text).sent.catch((error) => {
    failed += 1;
    print(`-- Not sent: ${error.message} (/retry)`);
  });
  onItsWay.add(sent);
  void sent.finally(() => onItsWay.delete(sent));
}

async function run(line) {
  const [name, ...words] = line.slice(1).split(' ');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : COMMANDS.help;
  const said = await command({ view }, words);
  if (said) print(said);
}

/** What was written before the end is sent before it. */
async function end() {
  while (onItsWay.size > 0) await Promise.all(onItsWay);
  client.close();
  process.exit(failed > 0 ? 1 : 0);
}

function giveUp() {
  client.close();
  process.exit(1);
}

view.subscribe(show);
client.connection.subscribe(() => {
  if (client.connection.getSnapshot().status !== 'unauthorized') return;
  print('-- The token is not taken.');
  giveUp();
});
if (isTerminal) {
  console.log(HELP);
  process.stdin.on('keypress', () => view.setTyping(true));
}

for await (const line of terminal) {
  // Its place in the thread is told once it has one.
  if (isTerminal) {
    moveCursor(process.stdout, 0, -1);
    clearLine(process.stdout, 0);
  }
  if (line === '/quit') break;
  if (line.startsWith('/')) await run(line).catch((error) => print(printable(`-- ${error.message}`)));
  else if (line.trim() !== '') send(line);
  // A file is read no faster than it is sent.
  while (onItsWay.size >= MOST_WAITING) await Promise.race(onItsWay);
  if (isTerminal) terminal.prompt();
}
isTerminal = false;
await end();
