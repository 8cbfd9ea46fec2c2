import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withVariables } from './configurationPage';

/** Writes the tables of `docs/configuration.md` from the schema that the process really parses with. */
const page = resolve(__dirname, '../../../docs/configuration.md');
writeFileSync(page, withVariables(readFileSync(page, 'utf8')));
