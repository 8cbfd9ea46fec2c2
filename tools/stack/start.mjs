import { join } from 'node:path';
import { build, ensureInstalled, root, runPinned } from './bootstrap.mjs';

ensureInstalled();
build();
runPinned(join(root, 'tools', 'stack', 'dist', 'dev', 'main.js'), process.argv.slice(2));
