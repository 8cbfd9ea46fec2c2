import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Distinct words that a store must not have in the clear. */
export const canaries = (many: number): string[] =>
  Array.from({ length: many }, (_, index) => `zq${index}canary${index % 7 ? ' ' : '👍\n'}`);

/** The word in them, also where a server that packs texts has put a byte between its letters. */
export const CANARY = /c.?a.?n.?a.?r.?y/s;

/** Files below a folder that have a text somewhere, whatever they are. */
export function filesWith(folder: string, text: string | RegExp): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const bytes = readFileSync(path, 'latin1');
      return typeof text === 'string' ? bytes.includes(text) : text.test(bytes);
    });
}
