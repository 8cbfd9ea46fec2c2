import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { standaloneConfig } from './config';
import { withVariables } from './configurationPage';
import { runtimeConfig } from '@threadlog/runtime';

const page = readFileSync(resolve(__dirname, '../../../docs/configuration.md'), 'utf8');

describe('docs/configuration.md', () => {
  it('says what the schema says: run `npm run generate` after a change', () => {
    expect(withVariables(page)).toBe(page);
  });

  it('names every variable of a process, each once', () => {
    for (const name of new Set([...Object.keys(runtimeConfig), ...Object.keys(standaloneConfig)])) {
      expect(page.split(`| \`${name}\``)).toHaveLength(2);
    }
  });
});
