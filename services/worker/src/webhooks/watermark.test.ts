import { createWatermark } from './watermark';

const at = (offset: number) => ({ offset, maxEpoch: 7 });

test('moves over batches from the front, once nothing of them is open', () => {
  const watermark = createWatermark(new Map([[0, at(5)]]));
  const [first, second] = [watermark.begin(0, at(10)), watermark.begin(0, at(20))];
  first.hold();
  second.release();
  first.release();
  expect([watermark.handedOut(0), watermark.settled(0)]).toEqual([at(20), at(5)]);
  first.release();
  expect(watermark.settled(0)).toEqual(at(20));
});

test('partitions do not wait for each other', () => {
  const watermark = createWatermark(new Map([0, 1].map((partition) => [partition, at(0)])));
  watermark.begin(0, at(10));
  watermark.begin(1, at(3)).release();
  expect([watermark.settled(0), watermark.settled(1)]).toEqual([at(0), at(3)]);
});
