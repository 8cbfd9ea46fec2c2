import { asyncApi } from './asyncapi';
import { cataloguePage } from './cataloguePage';
import { allSchemas } from './eventSchemas';

/** Every generated file: its path in the repository and its text. */
export function outputs(): Map<string, string> {
  const files = new Map([...allSchemas()].map(([path, schema]) => [`schemas/${path}`, json(schema)]));
  return files.set('schemas/asyncapi.json', json(asyncApi())).set('docs/events.md', cataloguePage());
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
