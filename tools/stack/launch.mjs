// node tools/stack/launch.mjs <script> [arguments]: installs and builds what is missing, then runs the script on the pinned Node.
import { resolve } from 'node:path';
import { build, ensureInstalled, root, runPinned } from './bootstrap.mjs';

const [script, ...args] = process.argv.slice(2);
if (!script) {
  console.error('usage: node tools/stack/launch.mjs <script> [arguments]');
  process.exit(64);
}
ensureInstalled();
build();
runPinned(resolve(root, script), args);
