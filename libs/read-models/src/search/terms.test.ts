import fc from 'fast-check';
import { indexTerms, matchText, parseSearchQuery } from './terms';

const found = (text: string, query: string): string[] | null => {
  const match = matchText(text, parseSearchQuery(query));
  return match && match.ranges.map(({ start, end }) => text.slice(start, end));
};

describe('searching a text', () => {
  it.each<[string, string, string, string[]]>([
    ['English, whatever the case', 'The Cat sat. THE CAT!', 'cat', ['Cat', 'CAT']],
    ['all words, in any order', 'one two three', 'three one', ['one', 'three']],
    ['German umlauts', 'Die Übung am Fluß', 'ubung FLUSS', ['Übung', 'Fluß']],
    ['accents, composed or not', 'le cafe\u0301 est fermé', 'café ferme', ['cafe\u0301', 'fermé']],
    ['Turkish', 'İstanbul ve Iğdır', 'istanbul igdir', ['İstanbul', 'Iğdır']],
    ['Greek', 'Καλημέρα κόσμε', 'καλημερα', ['Καλημέρα']],
    ['Arabic, pointed or not', 'ذهب الطَّالِبُ إلى المدرسة', 'الطالب الى', ['الطَّالِبُ', 'إلى']],
    ['Hebrew with points', 'שָׁלוֹם עולם', 'שלום', ['שָׁלוֹם']],
    ['Japanese, inside a run', '明日は東京都へ行きます', '京都 行き', ['京都', '行き']],
    ['half-width katakana', 'ｶﾞﾗｽの靴', 'ガラス', ['ｶﾞﾗｽ']],
    ['Chinese', '我们在北京大学学习', '北京大学', ['北京大学']],
    ['one character', '我们在北京', '京', ['京']],
    ['Thai', 'ฉันชอบเรียนภาษาไทย', 'ภาษา', ['ภาษา']],
    ['Korean with particles', '학교에서 공부해요', '학교', ['학교']],
    ['Hindi', 'मैं हिन्दी सीखता हूँ', 'हिन्दी', ['हिन्दी']],
    ['mixed scripts', 'Version2とPython入門', 'python 入門', ['Python', '入門']],
    ['full width', 'ＡＢＣ corp', 'abc', ['ＡＢＣ']],
    ['around emoji', 'great👍🏽work', 'work', ['work']],
  ])('finds %s', (_what, text, query, ranges) => {
    expect(found(text, query)).toEqual(ranges);
    const terms = indexTerms(text);
    expect(parseSearchQuery(query).terms.filter((term) => !terms.has(term))).toEqual([]);
  });

  it('cuts plain text as it cuts any other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect([...indexTerms(`${text} ж`)]).toEqual([...indexTerms(text), 'ж']);
      }),
    );
  });

  it.each([
    ['the beginning of a word', 'category', 'cat'],
    ['a text with some of the words', 'one two', 'one three'],
    ['characters of a run in another order', '都京', '京都'],
    ['a tone mark that makes another word', 'เสือ', 'เสื่อ'],
  ])('does not find %s', (_what, text, query) => {
    expect(found(text, query)).toBeNull();
  });

  it('has nothing to look for in a query without letters and digits', () => {
    expect(parseSearchQuery('?! 👍 --').terms).toEqual([]);
  });

  it('indexes whatever it matches: no text that has a query lacks one of its terms', () => {
    const word = fc.oneof(
      fc.constantFrom('Straße', 'ÉCOLE', 'e\u0301', 'ﬁn', '東京', 'ｶﾞ', 'ไทย', '학교', 'x1', 'İ', '\u064b', '𠮷野'),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    );
    const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, fc.nat(), fc.nat(), (one, other, from, length) => {
        const text = one + other;
        const query = parseSearchQuery(text.slice(from % (text.length + 1)).slice(0, length % 12));
        const match = matchText(text, query);
        const terms = indexTerms(text);
        if (match) expect(query.terms.filter((term) => !terms.has(term))).toEqual([]);
        for (const { start, end } of match?.ranges ?? []) expect(start).toBeLessThan(end);
        expect(matchText(text, parseSearchQuery(text))).not.toBeNull();
      }),
    );
  });
});
