// npm test: every check there is, in the order of what fails fastest. npm run test:long (--long): the long form of what
// has one. One line at the end adds them up.
import { mkdirSync } from 'node:fs';
import { ensureInstalled } from '../stack/bootstrap.mjs';
import { conclude, writeResults } from './results.mjs';
import { reports, runStep } from './runStep.mjs';
import { PLANS } from './steps.mjs';

const length = process.argv.includes('--long') ? 'long' : 'short';

ensureInstalled();
mkdirSync(reports, { recursive: true });
const { stages, jest } = PLANS[length];
const results = [];
for (const stage of stages) results.push(...(await Promise.all(stage.map((step) => runStep(step, length)))));
for (const step of jest) results.push(await runStep(step, length));
writeResults(length, results);
conclude(results);
