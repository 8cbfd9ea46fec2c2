import { outageAsProblem } from './outages';

const failed = (code: string, message = 'the statement failed') => Object.assign(new Error(message), { code });

describe('what a store answers', () => {
  it.each([
    ['08006', 'the connection broke'],
    ['53300', 'it has too many connections'],
    ['57014', 'it took too long'],
    ['57P01', 'it shuts down'],
    ['40P01', 'it gave up for another transaction'],
    ['40001', 'it cannot have two transactions beside each other'],
    ['ECONNREFUSED', 'nobody is there'],
  ])('may be asked again after %s: %s', (code) => {
    const error = failed(code);
    expect(outageAsProblem(error)).toMatchObject({ problem: { code: 'unavailable' }, cause: error });
  });

  it.each([
    ['42P01', 'there is no such table'],
    ['22P02', 'a value is of another form'],
    ['23505', 'a key is there twice'],
  ])('stays what it is with %s: %s', (code) => {
    const error = failed(code);
    expect(outageAsProblem(error)).toBe(error);
  });
});
