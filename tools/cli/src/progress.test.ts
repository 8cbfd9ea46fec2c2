import { PassThrough } from 'node:stream';
import { createProgress } from './progress';

describe('progress', () => {
  it('is a line where nobody sits at a terminal, and not one for every look', () => {
    const lines: string[] = [];
    const progress = createProgress({ env: {}, report: (line) => void lines.push(line) }, 'records');
    progress.update(0, 200);
    progress.update(50, 200);
    progress.update(200, 200);
    progress.stop();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^0%: 0 of 200 records, /);
    expect(lines[1]).toMatch(/^100%: 200 of 200 records, \d+\/s$/);
  });

  it('says of nothing that all of it is done', () => {
    const lines: string[] = [];
    createProgress({ env: {}, report: (line) => void lines.push(line) }, 'records').update(0, 0);
    expect(lines).toEqual(['100%: 0 of 0 records, 0/s']);
  });

  it('is a bar with rate and ETA at a terminal', () => {
    const shown: string[] = [];
    const screen = Object.assign(new PassThrough(), {
      isTTY: true,
      columns: 120,
      ...{ cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
    });
    screen.on('data', (bytes: Buffer) => void shown.push(bytes.toString()));
    const terminal = screen as unknown as NodeJS.WriteStream;
    const progress = createProgress({ env: {}, report: () => undefined, terminal }, 'records');
    progress.update(100, 200);
    progress.update(200, 400);
    progress.stop();
    const all = shown.join('');
    expect(all).toContain('50% | 200 of 400 records');
    expect(all).toMatch(/\d+\/s \| ETA /);
  });
});
