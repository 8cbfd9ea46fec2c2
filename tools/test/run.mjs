// npm test: every check there is, those without tests first. npm run test:long (--long): the long form of what
// has one. One line at the end adds them up.
import { mkdirSync } from 'node:fs';
import { ensureInstalled } from '../stack/bootstrap.mjs';
import { runBeside } from './beside.mjs';
import { conclude, writeResults } from './results.mjs';
import { reports, runStep } from './runStep.mjs';
import { cores, PLANS } from './steps.mjs';

const length = process.argv.includes('--long') ? 'long' : 'short';

ensureInstalled();
mkdirSync(reports, { recursive: true });
const { checks, jest } = PLANS[length];
const results = await runBeside(checks, cores, (step) => runStep(step, length));
for (const step of jest) results.push(await runStep(step, length));
writeResults(length, results);
conclude(results);
