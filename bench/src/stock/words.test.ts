import { textOf, VOCABULARY, wordOf } from './words';

describe('texts of the stock', () => {
  it('are the same for the same number, and others for others', () => {
    expect(textOf(7)).toBe(textOf(7));
    expect(textOf(7)).not.toBe(textOf(8));
  });

  it('have words of their own for each rank', () => {
    const words = Array.from({ length: VOCABULARY }, (_none, at) => wordOf(at + 1));
    expect(new Set(words).size).toBe(VOCABULARY);
  });

  it('have common words and rare ones', () => {
    const texts = Array.from({ length: 2_000 }, (_none, number) => ` ${textOf(number)} `);
    const share = (rank: number): number => texts.filter((text) => text.includes(` ${wordOf(rank)} `)).length / 2_000;
    expect(share(1)).toBeGreaterThan(0.5);
    expect(share(100)).toBeLessThan(0.1);
    expect(share(2_000)).toBeLessThan(0.01);
  });
});
