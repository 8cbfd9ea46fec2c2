import fc from 'fast-check';
import Encoder from 'kafkajs/src/protocol/encoder';
import { tuneKafkajs } from './tuneKafkajs';

const encode = (numbers: number[], texts: string[]): string => {
  const encoder = new Encoder();
  for (const number of numbers) encoder.writeUVarInt(number);
  for (const text of texts) encoder.writeUVarIntString(text);
  return encoder.buffer.toString('hex');
};

describe('tuneKafkajs', () => {
  it('leaves every encoded byte as it was', () => {
    const numbers = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    const inputs = fc.sample(fc.tuple(fc.array(numbers), fc.array(fc.string({ unit: 'binary' }))), 300);
    inputs.push([
      [0, 127, 128, 16_383, 16_384, 2 ** 31 - 1, -1, -(2 ** 31)],
      ['', 'x'.repeat(700)],
    ]);
    // Every length up to beyond the default size of an encoder, in one piece and in two.
    for (let length = 0; length < 1_100; length += 1) {
      inputs.push([[], ['x'.repeat(length)]], [[], ['y', 'x'.repeat(length)]]);
    }
    const before = inputs.map(([ints, texts]) => encode(ints, texts));

    tuneKafkajs();
    tuneKafkajs();

    expect(inputs.map(([ints, texts]) => encode(ints, texts))).toEqual(before);
  });
});
