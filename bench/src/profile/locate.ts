import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallFrame } from './inspector';
import type { Locate } from './summary';

/** Names places relative to `root`, in the source where the compiled file has a map beside it. */
export function createLocate(root: string): Locate {
  const maps = new Map<string, SourceMap | null>();
  const mapOf = (file: string): SourceMap | null => {
    let map = maps.get(file);
    if (map === undefined) {
      map = readMap(`${file}.map`);
      maps.set(file, map);
    }
    return map;
  };
  return ({ url, lineNumber, columnNumber }: CallFrame) => {
    if (!url.startsWith('file:') && !url.startsWith('/')) return `${url}:${lineNumber + 1}`;
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const entry = mapOf(file)?.findEntry(lineNumber, columnNumber);
    const [source, line] =
      entry && 'originalSource' in entry
        ? [resolve(dirname(file), entry.originalSource), entry.originalLine]
        : [file, lineNumber];
    return `${relative(root, source)}:${line + 1}`;
  };
}

/** Packages of others are left as they are: few bring along the sources their maps name. */
function readMap(file: string): SourceMap | null {
  if (file.includes('node_modules') || !existsSync(file)) return null;
  return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
}
