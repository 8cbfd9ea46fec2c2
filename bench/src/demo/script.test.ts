import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { parseScript, ScriptError } from './script';
import { countLines, describeScript, writingSystemsOf } from './summary';

const spoken = (source: string) =>
  parseScript(source).scenes.map(({ title, lines }) => [title, ...lines.map(({ speaker, text }) => [speaker, text])]);

describe('a script', () => {
  it.each([
    ['# A title', 'A title'],
    ['## A title ##', 'A title'],
    ['== A title ==', 'A title'],
    ['ACT IV', 'ACT IV'],
    ['Act 2. The garden', 'Act 2. The garden'],
    ['SCENE I. Elsinore: a platform', 'SCENE I. Elsinore: a platform'],
    ['PROLOGUE', 'PROLOGUE'],
  ])('begins a scene with %j', (heading, title) => {
    expect(spoken(`${heading}\nA: hi`)).toEqual([[title, ['A', 'hi']]]);
  });

  it('puts scenes below their act, and leaves out headings below which nobody speaks', () => {
    expect(spoken('A Play\nby Nobody\n\nACT I\n\nSCENE 1\nA: one\nSCENE 2\nB: two\nACT II\nSCENE 1\nA: three')).toEqual(
      [
        ['ACT I, SCENE 1', ['A', 'one']],
        ['ACT I, SCENE 2', ['B', 'two']],
        ['ACT II, SCENE 1', ['A', 'three']],
      ],
    );
  });

  it('needs no heading, and may come with any line ends and a byte order mark', () => {
    expect(spoken('\ufeffA: one\r\nB: two\r\n')).toEqual([['Dialogue', ['A', 'one'], ['B', 'two']]]);
  });

  it('keeps text to the last space, colons, and separators that are no line ends', () => {
    const text = '  a: b  \u2028\u2029 "c"\\n\t ';
    expect(spoken(`A: ${text}`)).toEqual([['Dialogue', ['A', text]]]);
  });

  it('goes on in indented lines, without their indentation and with empty lines between, and in a line right below', () => {
    expect(spoken('A:\n  if (x) {\n    y\n\n  }\nB: wrapped\nonto the next\n\nC: c')).toEqual([
      ['Dialogue', ['A', 'if (x) {\n  y\n\n}'], ['B', 'wrapped\nonto the next'], ['C', 'c']],
    ]);
  });

  it('knows speakers in any script, without the marks of its direction', () => {
    expect(spoken('王老师： 好\n\u200fמורה\u200f: שלום\n🦊: 👋')).toEqual([
      ['Dialogue', ['王老师', '好'], ['מורה', 'שלום'], ['🦊', '👋']],
    ]);
  });

  it('leaves out stage directions, and tells which lines it ignored', () => {
    const { scenes, ignored } = parseScript('Front matter\n\nA: a\n[Exit A]\n  (aside)\nB: b\n\nhttps://example.org\n');
    expect(scenes[0]!.lines.map(({ text, at }) => [text, at])).toEqual([
      ['a', 3],
      ['b', 6],
    ]);
    expect(ignored).toEqual([1, 8]);
  });

  it('leaves out who says nothing, and takes what stands below a speaker alone for what is said', () => {
    const { scenes, ignored } = parseScript('A: a\nALL:\nB: b\nALL:\n\nHail!\nAll hail!\n\nNot this\nC:\n\n[Exit C]\n');
    expect(scenes[0]!.lines.map(({ speaker, text }) => [speaker, text])).toEqual([
      ['A', 'a'],
      ['B', 'b'],
      ['ALL', 'Hail!\nAll hail!'],
    ]);
    expect(ignored).toEqual([2, 9, 10]);
  });

  it.each([
    ['', /Nobody says anything/],
    ['# Only a title', /Nobody says anything/],
    ['A:\n[Exit A]\nB:', /Nobody says anything/],
    [`A: ${'x'.repeat(32_001)}`, /Line 1: a message holds 32000/],
    ['A: \0', /Line 1: this is not text/],
  ])('is refused where it cannot be played: %j', (source, message) => {
    expect(() => parseScript(source)).toThrow(ScriptError);
    expect(() => parseScript(source)).toThrow(message);
  });

  it('gives every text back as it was written', () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((each) => !/[\r\n\0]/.test(each) && each.isWellFormed());
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) => {
        const source = texts.map((each) => `A: ${each}`).join('\n');
        expect(parseScript(source).scenes[0]!.lines.map((line) => line.text)).toEqual(texts);
      }),
    );
  });
});

describe('the default script', () => {
  const script = parseScript(readFileSync(resolve(__dirname, '../../scripts/default.txt'), 'utf8'));
  const all = script.scenes.flatMap(({ lines }) => lines.map(({ text }) => text));

  it('is a few hundred lines in more than a dozen writing systems, and nothing in it is ignored', () => {
    expect(countLines(script)).toBeGreaterThanOrEqual(300);
    expect(writingSystemsOf(script).length).toBeGreaterThanOrEqual(12);
    expect(script.ignored).toEqual([]);
    expect(describeScript(script, 'x')).toContain('Ethiopic');
  });

  it.each([
    ['a family of one glyph', /👨‍👩‍👧‍👦/u],
    ['flags', /🇯🇵/u],
    ['a flag of tags', /🏴󠁧󠁢󠁳󠁣󠁴󠁿/u],
    ['skin tones', /👋🏽/u],
    ['combining characters', /e\u0301/u],
    ['right-to-left marks', /[\u200e\u200f]/u],
    ['direction overrides', /\u202e/u],
    ['non-joiners', /\u200c/u],
    ['line separators', /\u2028/u],
    ['code with indentation', /\n {2}if \(!name\)/],
    ['backslashes before quotes', /\\"/],
    ['trailing spaces', / $/],
    ['one character', /^.$/u],
    ['thousands of characters', /^[^]{5000,}$/u],
  ])('has %s', (_what, pattern) => {
    expect(all.some((text) => pattern.test(text))).toBe(true);
  });
});
