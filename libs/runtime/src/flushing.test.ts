import { flushing } from './flushing';

it.each([
  ['production', undefined, 1],
  ['production', 0, undefined],
  ['production', 100, 100],
  ['staging', undefined, undefined],
  ['development', undefined, undefined],
  ['development', 1, 1],
] as const)(
  'in %s with KAFKA_FLUSH_MESSAGES %s, a topic with one copy is flushed each %s records',
  (environment, wanted, each) => {
    expect(flushing({ ENVIRONMENT: environment, KAFKA_FLUSH_MESSAGES: wanted })).toBe(each);
  },
);
