import fc from 'fast-check';
import { createDeque } from './deque';

test('a deque is an array that forgets from the front', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer()), { maxLength: 400 }),
      fc.integer({ min: 0, max: 5 }),
      (steps, index) => {
        const deque = createDeque<number>();
        const model: number[] = [];
        for (const step of steps) {
          if (step === null) expect(deque.shift()).toBe(model.shift());
          else {
            deque.push(step);
            model.push(step);
          }
        }
        expect(deque.length).toBe(model.length);
        expect(deque.at(index)).toBe(model[index]);
        expect(deque.at(-1 - index)).toBe(model.at(-1 - index));
        expect(deque.tail(index)).toEqual(index === 0 ? [] : model.slice(-index));
      },
    ),
  );
});
