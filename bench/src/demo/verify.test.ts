import fc from 'fast-check';
import type { DemoResult } from './demo';
import { createProgress } from './progress';
import { renderDemo } from './summary';
import { compareMessages, findingsOf, isPass, type Message } from './verify';

const message = (id: string, content: string | null = `text ${id}`, senderId = 'speaker.A'): Message => ({
  id,
  senderId,
  content,
});
const three = ['1', '2', '3'].map((id) => message(id));

describe('the comparison of a scene', () => {
  it.each([
    ['the same', three, []],
    ['a line missing at the end', three.slice(0, 2), [3]],
    ['a line missing in front', three.slice(1), [1, 2, 3]],
    ['two lines exchanged', [three[0]!, three[2]!, three[1]!], [2, 3]],
    ['a line twice', [three[0]!, three[0]!, ...three.slice(1)], [2, 3, 4]],
    ['another text', [three[0]!, message('2', 'text 2 '), three[2]!], [2]],
    ['another normal form', [message('1', 'é'), ...three.slice(1)], [1]],
    ['a deleted text', [message('1', null), ...three.slice(1)], [1]],
    ['another speaker', [message('1', 'text 1', 'speaker.B'), ...three.slice(1)], [1]],
    ['another message of the same text', [message('9', 'text 1'), ...three.slice(1)], [1]],
  ])('finds %s', (_what, found, lines) => {
    expect(compareMessages(three, found).map(({ line }) => line)).toEqual(lines);
  });

  it('finds nothing exactly where both are equal', () => {
    const messages = fc.array(fc.constantFrom(...three), { maxLength: 4 });
    fc.assert(
      fc.property(messages, messages, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(compareMessages(one, other).length === 0).toBe(same);
      }),
    );
  });
});

describe('the verdict', () => {
  const result = (found: Message[], faults: string[] = []): DemoResult => ({
    findings: [findingsOf('read back', [{ title: 'Scene', expected: three, found }], faults)],
    playedIn: 1.5,
    retries: 2,
  });

  it('passes what is whole', () => {
    const text = renderDemo(result(three), 3);
    expect(text).toContain('posted      3 lines in 1.5 s, 2/s, 2 sent again');
    expect(text).toContain('read back   3 of 3 lines equal and in order: ok');
    expect(text).toMatch(/^PASS in 3\.0 s$/m);
  });

  it('fails what differs, and shows marks that nobody sees', () => {
    const { findings } = result([three[0]!, message('2', 'text\u200b 2'), three[2]!, message('4')]);
    expect(isPass(findings[0]!)).toBe(false);
    const text = renderDemo({ findings, playedIn: 1, retries: 0 }, 3);
    expect(text).toContain('2 of 3 lines equal and in order, 1 that nobody said: NOT OK');
    expect(text).toContain('Scene, message 2: expected speaker.A "text 2", found speaker.A "text\\u{200b} 2"');
    expect(text).toContain('Scene, message 4: expected nothing, found speaker.A "text 4"');
    expect(text).toMatch(/^FAIL/m);
  });

  it('fails a socket that was told to fetch again, though nothing differs', () => {
    expect(renderDemo(result(three, ['t-1: told to fetch it again']), 1)).toMatch(/told to fetch it again[^]*FAIL/);
  });
});

describe('the progress bar', () => {
  const run = (isTTY: boolean, total: number) => {
    const written: string[] = [];
    const { step } = createProgress('playing', total, { isTTY, write: (text) => written.push(text) });
    for (let now = 0; now < total; now++) step(now);
    return written;
  };

  it('is redrawn in place on a terminal, rarely, and ends full', () => {
    const written = run(true, 1_000);
    expect(written.length).toBeLessThan(20);
    expect(written.at(-2)).toMatch(/^\rplaying █{40} 1000\/1000$/);
    expect(written.at(-1)).toBe('\n');
  });

  it('is a line for every tenth elsewhere', () => {
    expect(run(false, 40)).toHaveLength(10);
  });
});
