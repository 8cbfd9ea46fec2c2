import { scale } from '@threadlog/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MB = 1024 * 1024;
/**
 * In the long form more than the heap of that process could hold; the bench exports 200,000 through real stores. What is
 * kept of each message is at least its text, so that the growth of so many would be above the bound.
 */
const { MESSAGES, SAMPLED, MOST_GROWTH } = scale({
  short: { MESSAGES: 25_000, SAMPLED: 5_000, MOST_GROWTH: 6 * MB },
  long: { MESSAGES: 75_000, SAMPLED: 25_000, MOST_GROWTH: 12 * MB },
});

/** In a process of its own, from the built sources, with less room than the messages would take. */
test('an export takes no more memory for more messages', async () => {
  const script = join(__dirname, '../testing/exportMemory.mjs');
  const args = ['--expose-gc', '--max-old-space-size=48', script, String(MESSAGES), String(SAMPLED)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: MB });
  const { counts, bytes, samples } = JSON.parse(stdout) as {
    counts: Record<string, number>;
    bytes: number;
    samples: number[];
  };
  expect(counts).toMatchObject({ messages: MESSAGES, attachments: MESSAGES / 100 });
  expect(bytes).toBeGreaterThan(MB);
  // Three walks: messages, attachments, transcript.
  expect(samples.length).toBe((3 * MESSAGES) / SAMPLED);
  const first = Math.min(...samples.slice(0, 3));
  const growth = Math.max(...samples) - first;
  expect(growth).toBeLessThan(MOST_GROWTH);
}, 300_000);
