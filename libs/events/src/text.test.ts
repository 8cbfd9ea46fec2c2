import { freeText } from './text';

const takes =
  (max: number, min = 0) =>
  (text: string) =>
    freeText(max, min).safeParse(text).success;

test('lengths count code points, as JSON Schema does', () => {
  expect(['👍👍', 'abc', 'a👍c'].map(takes(3))).toEqual([true, true, true]);
  expect(['👍👍👍👍', 'abcd', '👍'.repeat(9)].map(takes(3))).toEqual([false, false, false]);
  expect(['', 'a', '👍', '👍👍'].map(takes(9, 2))).toEqual([false, false, false, true]);
});

test('what is too long or short is told as such', () => {
  const fault = (text: string) => freeText(3, 2).safeParse(text).error?.issues[0];
  expect(fault('abcd')).toMatchObject({ code: 'too_big', maximum: 3 });
  expect(fault('a')).toMatchObject({ code: 'too_small', minimum: 2 });
});
