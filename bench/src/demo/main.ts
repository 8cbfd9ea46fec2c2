import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { StackError, stopRequested } from '@threadlog/stack';
import { openSystem } from '../system/open';
import { UsageError } from '../system/options';
import { playDemo } from './demo';
import { parseDemoOptions, usage, type DemoCommand } from './options';
import { createProgress } from './progress';
import { parseScript, ScriptError, type Script } from './script';
import { countLines, describeScript, renderDemo } from './summary';
import { isPass } from './verify';

const report = (line: string): void => console.error(line);

/** Throws `ScriptError`. Bytes that are not UTF-8 would be compared as something else than the file says. */
function readScript(file: string): Script {
  try {
    const bytes = readFileSync(file);
    return parseScript(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), basename(file));
  } catch (error) {
    if (error instanceof TypeError) throw new ScriptError(`${file} is not UTF-8.`, { cause: error });
    const { code } = error as NodeJS.ErrnoException;
    if (code) throw new ScriptError(`${file} cannot be read (${code}).`, { cause: error });
    throw error;
  }
}

async function demo({ script: file, atOnce, given }: DemoCommand): Promise<number> {
  const script = readScript(file);
  console.log(describeScript(script, basename(file)));
  const signal = stopRequested(report);
  const began = performance.now();
  const system = await openSystem({ given, report });
  try {
    const progress = createProgress('playing', countLines(script), process.stdout);
    const playing = playDemo({ system, script, atOnce, onLine: () => progress.step() });
    const result = await Promise.race([playing, once(signal, 'abort').then(() => null)]);
    if (!result || signal.aborted) return 130;
    console.log(renderDemo(result, (performance.now() - began) / 1000));
    return result.findings.every(isPass) ? 0 : 1;
  } finally {
    await system.stop();
  }
}

async function main(): Promise<number> {
  try {
    return await demo(parseDemoOptions(process.argv.slice(2)));
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
    else if (error instanceof StackError || error instanceof ScriptError) console.error(error.message);
    else console.error(error);
    return error instanceof UsageError ? 64 : 1;
  }
}

void main().then((code) => process.exit(code));
