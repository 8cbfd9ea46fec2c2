// The results of npm test and of npm run test:long as one.
import { conclude, readResults } from './results.mjs';

const named = (length, prefix) => readResults(length).map((result) => ({ ...result, name: `${prefix}${result.name}` }));

conclude([...named('short', ''), ...named('long', 'long: ')]);
