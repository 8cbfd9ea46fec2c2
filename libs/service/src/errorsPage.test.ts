import { PROBLEMS } from '@threadlog/events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const page = readFileSync(resolve(__dirname, '../../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it.each(Object.entries(PROBLEMS))('has a chapter and a row for %s', (code, { status, retryable }) => {
    expect(page).toContain(`\n## ${code}\n`);
    expect(page).toContain(`| [${code}](#${code}) | ${status} | ${retryable ? 'yes' : 'no'} |`);
  });

  it('knows no others', () => {
    const chapters = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect(chapters.sort()).toEqual(Object.keys(PROBLEMS).sort());
  });
});
