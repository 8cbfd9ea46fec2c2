// Loaded in front of a process: a build whose read model is of a revision by OTHER_REVISION higher, with a column more.
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { env } from 'node:process';

const by = Number(env.OTHER_REVISION);
const load = Module._extensions['.js'];

/** What of the built sources is another one's: file, what stands there, what stands there instead. */
const CHANGES = [
  [
    '/libs/read-models/dist/revision.js',
    /exports\.READ_MODEL_REVISION = (\d+);/,
    (_all, number) => `exports.READ_MODEL_REVISION = ${Number(number) + by};`,
  ],
  [
    '/libs/read-models/dist/schema/generationTables.js',
    /$/,
    () => `
exports.generationTables = (generation, messages) => generationTables(generation, messages) +
  ";do $$ begin if not exists (select from information_schema.columns where table_schema = 'read_" + generation +
  "' and table_name = 'threads' and column_name = 'of_build') then alter table read_" + generation +
  ".threads add column of_build integer not null default ${by}; end if; end $$";
`,
  ],
];

Module._extensions['.js'] = (module, file) => {
  const change = CHANGES.find(([end]) => file.endsWith(end));
  if (!change) return load(module, file);
  const [, found, instead] = change;
  const source = readFileSync(file, 'utf8');
  if (!found.test(source)) throw new Error(`${file} is not as it was: this test has to be adapted`);
  module._compile(source.replace(found, instead), file);
};
