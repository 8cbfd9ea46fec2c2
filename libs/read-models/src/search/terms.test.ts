import fc from 'fast-check';
import { indexTerms, matchText, parseSearchQuery, TEXT_TERMS } from './terms';

/** All different. */
const HUNDRED = String.fromCodePoint(...Array.from({ length: 100 }, (_, index) => 0x4e00 + index * 7));

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
    ['Vietnamese, composed or not', 'Vie\u0323\u0302t Nam', 'việt nam', ['Vie\u0323\u0302t', 'Nam']],
    ['mixed scripts', 'Version2とPython入門', 'python 入門', ['Python', '入門']],
    ['full width', 'ＡＢＣ corp', 'abc', ['ＡＢＣ']],
    ['around emoji', 'great👍🏽work', 'work', ['work']],
    ['soft hyphens', 'Donau\u00addampf\u00adschiff', 'donaudampfschiff', ['Donau\u00addampf\u00adschiff']],
    [
      'zero-width characters',
      'zero\u200bwidth \u2060joined\ufeff',
      'zerowidth joined',
      ['zero\u200bwidth', 'joined\ufeff'],
    ],
    ['Persian with and without its half space', 'می\u200cخواهم', 'ميخواهم', ['می\u200cخواهم']],
    ['Persian letters typed as Arabic ones', 'کتاب یک', 'كتاب يك', ['کتاب', 'یک']],
    [
      'forms of alef, hamza and the end of a word',
      'أحمد إلى مدرسة ٱلله',
      'احمد الي مدرسه الله',
      ['أحمد', 'إلى', 'مدرسة', 'ٱلله'],
    ],
    ['a stretched word', 'مـــرحبا', 'مرحبا', ['مـــرحبا']],
    ['Arabic presentation forms', 'ﻣﺮﺣﺒﺎ', 'مرحبا', ['ﻣﺮﺣﺒﺎ']],
    ['digits of any script', 'room ٤٢, कक्षा १२, ห้อง๗', '42 12 7', ['٤٢', '१२', '๗']],
    ['digits in any script', 'in 2026', '２０２６ ۲۰۲۶', ['2026']],
    ['compatibility ideographs', '\uf9f4木 と \u2f26供', '\u6797木 子供', ['\uf9f4木', '\u2f26供']],
    ['squared words', '10㎏ ㌔', '10kg キロ', ['10㎏', '㌔']],
    ['an emoji', 'great👍🏽work', '👍', ['👍🏽']],
    ['an emoji of any presentation', 'I ❤ it', '❤️', ['❤']],
    ['an emoji made of several', 'to the moon 👩🏽‍🚀!', '👩‍🚀', ['👩🏽‍🚀']],
    ['a flag', 'aus 🇨🇭 und 🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇨🇭', ['🇨🇭', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']],
    ['a phrase', 'one two, three! two one', '"two three"', ['two, three']],
    ['a phrase in quotes of any kind', 'Ich sagte: guten Tag.', '„Guten Tag“', ['guten Tag']],
    ['a phrase and a word', 'be or not to be', '"not to" be', ['be', 'not to', 'be']],
    ['a phrase that ends in a run', 'Version2とPython入門', '"Version2とpython入"', ['Version2とPython入']],
    ['a quote without its other half', 'five " inches', 'five "inches', ['five', 'inches']],
    ['a query of 100 characters', '我'.repeat(20) + HUNDRED, HUNDRED, [HUNDRED]],
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

  it('cuts runs with nothing to fold as it cuts any other', () => {
    const character = fc.constantFrom(...'東京へ行きガラスー가각힣的ぁゖァヺ一鿿');
    fc.assert(
      fc.property(fc.string({ unit: character, minLength: 1 }), (run) => {
        const slow = matchText(`ﾞ${run}`, parseSearchQuery(run))!.ranges.map(({ start, end }) => [start - 1, end - 1]);
        expect(matchText(run, parseSearchQuery(run))!.ranges.map(({ start, end }) => [start, end])).toEqual(slow);
        expect([...indexTerms(`${run}ﾞ`)]).toEqual(expect.arrayContaining([...indexTerms(run.slice(0, -1))]));
      }),
    );
  });

  it.each([
    ['the beginning of a word', 'category', 'cat'],
    ['a text with some of the words', 'one two', 'one three'],
    ['characters of a run in another order', '都京', '京都'],
    ['a tone mark that makes another word', 'เสือ', 'เสื่อ'],
    ['words of a phrase in another order', 'three two', '"two three"'],
    ['words of a phrase apart', 'two and three', '"two three"'],
    ['a phrase in the middle of words', 'untwo threes', '"two three"'],
    ['another emoji', '👎', '👍'],
    ['parts of an emoji', '👩‍🚀', '🚀'],
    ['another flag', '🇨🇭', '🇭🇨'],
    ['a long run that differs at its end', `${HUNDRED}木`, `${HUNDRED}林`],
  ])('does not find %s', (_what, text, query) => {
    expect(found(text, query)).toBeNull();
  });

  it('asks the index for a bounded number of terms, from all over a long query', () => {
    const { terms } = parseSearchQuery(HUNDRED);
    expect(terms).toHaveLength(32);
    expect(HUNDRED.slice(-8)).toContain(terms.at(-1));
  });

  it('has nothing to look for in a query without letters, digits and emoji', () => {
    expect(parseSearchQuery('?! … -- \u200b ""').terms).toEqual([]);
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

  it('takes so many terms of a text and no more, the first ones', () => {
    const words = Array.from({ length: 6_000 }, (_, index) => `wö${index}`).join(' ');
    const terms = indexTerms(words.slice(0, 32_000));
    expect(terms.size).toBe(TEXT_TERMS);
    expect(terms.has('wo0')).toBe(true);
    const plain = indexTerms(words.replaceAll('ö', 'o'));
    expect(plain).toEqual(terms);
    const run = String.fromCodePoint(...Array.from({ length: 20_000 }, (_, index) => 0x4e00 + index));
    expect(indexTerms(run).size).toBe(TEXT_TERMS);
  });

  it('cuts words that nobody types, the same in texts and queries', () => {
    const long = 'é\u0323\u0301'.repeat(10_000);
    expect(matchText(long, parseSearchQuery(long))).not.toBeNull();
    expect([...indexTerms(`${long} x`)].every((term) => term.length <= 256)).toBe(true);
  });
});

/** Ways of writing the same: each takes a word apart or writes its characters for others. */
const WAYS: readonly ((word: string) => string)[] = [
  (word) => word.normalize('NFD'),
  (word) => word.normalize('NFKC'),
  (word) => word.normalize('NFKD'),
  (word) => word.toUpperCase(),
  (word) => word.toLowerCase(),
  ...['\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u200e', '\ufe0f'].map(
    (unseen) => (word: string) => [...word].join(unseen),
  ),
  (word) => word.replace(/(?<=[\u0620-\u064a])(?=[\u0620-\u064a])/g, '\u0640'),
  (word) => word.replace(/[\u0622\u0623\u0625\u0627]/g, '\u0671'),
  (word) => word.replaceAll('\u064a', '\u06cc').replaceAll('\u0643', '\u06a9').replaceAll('\u0647', '\u0629'),
  ...[0x0660, 0x06f0, 0x0966, 0x0e50, 0x1040, 0xff10, 0x1d7ce, 0x1e950].map(
    (zero) => (word: string) => word.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit))),
  ),
  (word) => word.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
  (word) => word.replaceAll('林', '\uf9f4').replaceAll('子', '\u2f26'),
];
const WORDS = [
  'Straße',
  'École',
  'ﬁnd',
  'naïve42',
  'Ελλάδα',
  'Йод',
  'احمد',
  'كتابي',
  'مدرسه',
  'שלום',
  '森林',
  '子供',
  'ガラス',
];
const MORE_WORDS = ['ภาษา', '학교', 'हिन्दी', 'x1', '2026', '👍', '👩‍🚀', '🇨🇭', '❤'];

describe('a text, however its words are spelled', () => {
  const ways = fc.array(fc.constantFrom(...WAYS), { maxLength: 4 });
  const spelled = (word: string, how: readonly ((word: string) => string)[]): string =>
    how.reduce((text, way) => way(text), word);
  // An emoji is taken apart by what joins emoji.
  const isEmoji = (word: string): boolean => /^\p{RGI_Emoji}$|^❤$/v.test(word);
  const word = fc
    .tuple(fc.constantFrom(...WORDS, ...MORE_WORDS), ways, ways)
    .map(([word, one, other]) => (isEmoji(word) ? [word, word] : [spelled(word, one), spelled(word, other)]));

  it('is found by any other spelling of them, by the index as by the text, loose and as a phrase', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const text = `before ${words.map(([one]) => one).join(' ')} after`;
        const sought = words.map(([, other]) => other).join(' ');
        const terms = indexTerms(text);
        for (const query of [sought, `"${sought}"`, `before "${sought}"`].map(parseSearchQuery)) {
          expect(query.terms.filter((term) => !terms.has(term))).toEqual([]);
          expect(matchText(text, query)).not.toBeNull();
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
