// Loaded in front of a process: at SIGUSR2 it clears away garbage and prints what it holds, for tests of what it keeps alive.
// Needs --expose-gc. Bytes.
import process from 'node:process';

process.on('SIGUSR2', () => {
  // Twice: what the first pass finds dead may hold memory outside of the heap until the second.
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`live memory ${JSON.stringify({ rss, live: heapUsed + external })}\n`);
});
