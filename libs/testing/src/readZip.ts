import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

/** The files of a zip by name, unpacked by another library than the one that packed them. Checks sizes and CRCs. */
export async function readZip(zip: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = await fromBufferPromise(zip);
  for await (const entry of archive.eachEntry())
    files.set(entry.fileName, await buffer(await archive.openReadStreamPromise(entry)));
  return files;
}

/** The objects of an NDJSON file. */
export function linesOf<Line>(text: Buffer | undefined): Line[] {
  const lines = (text?.toString() ?? '').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}
