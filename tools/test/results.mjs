// What came of a run, for people, for the exit code, and for whoever adds up several runs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reports } from './runStep.mjs';

const fileOf = (length) => join(reports, `${length}.result.json`);

export const writeResults = (length, results) => {
  mkdirSync(reports, { recursive: true });
  writeFileSync(fileOf(length), JSON.stringify(results));
};

/** What the last run of this length wrote; one that wrote nothing has failed. */
export const readResults = (length) => {
  try {
    return JSON.parse(readFileSync(fileOf(length), 'utf8'));
  } catch {
    return [{ name: `${length}: no result`, seconds: 0, passed: 0, failed: 1 }];
  }
};

const describe = ({ name, seconds, passed, failed, skipped }) => {
  const outcome = skipped ? `skipped: ${skipped}` : `${failed ? 'FAILED' : 'ok'} (${passed} passed, ${failed} failed)`;
  return `${name.padEnd(24)}${seconds.toFixed(1).padStart(7)} s  ${outcome}`;
};

/** Prints a line for each step and the total as the last one; sets the exit code. A run without a test has failed. */
export const conclude = (results) => {
  const total = (key) => results.reduce((sum, result) => sum + (result[key] ?? 0), 0);
  console.log(`\n${results.map(describe).join('\n')}\n`);
  console.log(`${total('passed')} passed, ${total('failed')} failed`);
  process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1;
};
