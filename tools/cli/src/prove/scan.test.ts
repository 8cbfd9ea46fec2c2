import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { scanFiles } from './scan';
import { spellingsOf } from './spellings';

const parent = mkdtempSync(join(tmpdir(), 'threadlog-scan-'));
afterAll(() => rmSync(parent, { recursive: true }));

let count = 0;
function directoryOf(files: Record<string, Buffer | string>): string {
  const directory = join(parent, String((count += 1)));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}
const needle = 'Grüße an "Leo" \\ 🎈';
const scan = (root: string, text = needle, chunkBytes?: number) =>
  scanFiles({ roots: [root], needles: [spellingsOf(text)], chunkBytes });

const filler = (bytes: number) => Buffer.alloc(bytes, '.');
const asAscii = (text: string) =>
  JSON.stringify(text).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const base64With = (shift: number, alphabet: 'base64' | 'base64url') =>
  Buffer.concat([Buffer.from('xyz'.slice(0, shift)), Buffer.from(needle), Buffer.from('after')]).toString(alphabet);

describe('the scanner', () => {
  it.each([
    ['UTF-8', Buffer.from(needle)],
    ['UTF-16LE', Buffer.from(needle, 'utf16le')],
    ['JSON', Buffer.from(JSON.stringify({ text: needle }))],
    ['JSON, ASCII', Buffer.from(asAscii(needle))],
    [
      'JSON, ASCII',
      Buffer.from(asAscii(needle).replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)),
    ],
    ['hexadecimal', Buffer.from(Buffer.from(needle).toString('hex'))],
    ['hexadecimal', Buffer.from(Buffer.from(needle).toString('hex').toUpperCase())],
    ...[0, 1, 2].map((shift): [string, Buffer] => [
      `base64, shifted by ${shift}`,
      Buffer.from(base64With(shift, 'base64')),
    ]),
    ...[0, 1, 2].map((shift): [string, Buffer] => [
      `base64, shifted by ${shift}`,
      Buffer.from(base64With(shift, 'base64url')),
    ]),
  ])('finds a needle in %s', async (spelling, bytes) => {
    const root = directoryOf({ 'a/b/c.log': Buffer.concat([filler(1_000), bytes, filler(1_000)]), 'other.txt': 'no' });
    const result = await scan(root);
    expect(result).toMatchObject({ files: 2, moreHits: 0, unreadable: [] });
    // The two alphabets of base64 are the same where neither has a special character.
    expect(result.hits.map((hit) => hit.spelling.replace('base64url', 'base64'))).toContain(spelling);
    expect(result.hits[0]!.file).toBe(join(root, 'a/b/c.log'));
  });

  it('finds every needle once, wherever the borders of the chunks are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 80 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
        async (chunkBytes, gaps) => {
          const text = 'needle!';
          const expected: number[] = [];
          let content = '';
          for (const gap of gaps) {
            content += '.'.repeat(gap);
            expected.push(content.length);
            content += text;
          }
          const root = directoryOf({ file: content });
          const { hits, bytes } = await scan(root, text, chunkBytes);
          expect(bytes).toBe(content.length);
          expect(hits.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds a needle on the border of a chunk of a large file', async () => {
    const root = directoryOf({ large: Buffer.concat([filler((1 << 20) - 5), Buffer.from(needle), filler(1 << 20)]) });
    const { hits } = await scan(root);
    expect(hits).toEqual([{ file: join(root, 'large'), offset: (1 << 20) - 5, needle: 0, spelling: 'UTF-8' }]);
  });

  it('finds nothing where nothing is, not even most of a needle', async () => {
    const root = directoryOf({ file: needle.slice(0, -2), empty: '' });
    expect(await scan(root)).toMatchObject({ files: 2, hits: [], unreadable: [] });
  });

  it('lists some of many hits and counts the rest', async () => {
    const result = await scan(directoryOf({ file: 'needle! '.repeat(150) }), 'needle!');
    expect(result.hits).toHaveLength(100);
    expect(result.moreHits).toBe(50);
  });

  it('says what it could not read, and follows no links', async () => {
    const root = directoryOf({ file: 'nothing' });
    symlinkSync('/etc/hostname', join(root, 'link'));
    expect(await scan(root)).toMatchObject({ files: 1, unreadable: [] });
    expect(await scan(join(root, 'missing'))).toMatchObject({ files: 0, unreadable: [{ code: 'ENOENT' }] });
  });

  it('refuses needles that occur by chance', () => {
    expect(() => spellingsOf('Mia')).toThrow(RangeError);
  });
});
