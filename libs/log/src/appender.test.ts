import type { OutgoingRecord } from '@threadlog/events';
import fc from 'fast-check';
import { createAppender, type AppenderDeps } from './appender';
import { MAX_REQUEST_BYTES, MAX_SHARE_BYTES, MAX_SHARE_RECORDS, type Share } from './appendQueue';
import { record } from './contract/harness';
import { silent } from './observer';
import { AppendAbandonedError, type Appender } from './port';
import { createSingleSender } from './singleSender';

interface Sent {
  shares: Share[];
  ack(offsets?: [number, number][]): void;
  fail(error: Error): void;
}

/** An appender whose requests are answered by hand. */
function given(options: Pick<AppenderDeps, 'onAcked'> = {}): {
  appender: Appender;
  sent: Sent[];
  discards: () => number;
} {
  const sent: Sent[] = [];
  let discards = 0;
  const sending = {
    partitions: 12,
    transmit: (shares: Share[]) =>
      new Promise<ReadonlyMap<number, number>>((resolve, reject) => {
        const zero = shares.map(({ partition }): [number, number] => [partition, 0]);
        sent.push({ shares, ack: (offsets = zero) => resolve(new Map(offsets)), fail: reject });
      }),
    discard: async () => void (discards += 1),
  };
  const appender = createAppender({
    partitions: 12,
    openSender: (outbox) => createSingleSender(sending, outbox),
    log: silent,
    ...options,
  });
  return { appender, sent, discards: () => discards };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the appender that every driver shares', () => {
  it('sends what was appended in one turn together, and what queues up meanwhile after the ack', async () => {
    const { appender, sent } = given();
    const first = [appender.append(0, [record('a')]), appender.append(2, [record('b')])];
    await settle();
    const second = [
      appender.append(0, [record('c')]),
      appender.append(1, [record('d')]),
      appender.append(0, [record('e')]),
    ];
    await settle();

    expect(sent.map(({ shares }) => shares.map(({ partition }) => partition))).toEqual([[0, 2]]);
    sent[0]!.ack([
      [0, 7],
      [2, 4],
    ]);
    await settle();
    // Who has waited longest stands first.
    expect(sent[1]!.shares.map(({ partition, records }) => [partition, records.length])).toEqual([
      [1, 1],
      [0, 2],
    ]);
    sent[1]!.ack([
      [0, 8],
      [1, 0],
    ]);

    expect((await Promise.all([...first, ...second])).map(({ baseOffset }) => baseOffset)).toEqual([7, 4, 8, 0, 9]);
  });

  it('tells of what the log has acknowledged, once its appends know, and of nothing after its death', async () => {
    const heard: unknown[] = [];
    const onAcked = (partition: number, baseOffset: number, records: readonly OutgoingRecord[]) =>
      void heard.push([partition, baseOffset, records.map(({ key }) => key)]);
    const { appender, sent } = given({ onAcked });
    const appends = [appender.append(0, [record('a')]), appender.append(0, [record('b'), record('c')])];
    void appender.append(3, [record('d')]);
    await settle();
    sent[0]!.ack([
      [0, 7],
      [3, 2],
    ]);
    await Promise.all(appends);
    expect(heard).toEqual([
      [0, 7, ['acme/thread/a', 'acme/thread/b', 'acme/thread/c']],
      [3, 2, ['acme/thread/d']],
    ]);

    const late = appender.append(0, [record('late')]);
    await settle();
    appender.abandon(new Error('the lease is gone'));
    sent[1]!.ack();
    await expect(late).rejects.toThrow(AppendAbandonedError);
    await settle();
    expect(heard).toHaveLength(2);
  });

  it('dies of a rejected send, with everything behind it', async () => {
    const { appender, sent, discards } = given();
    const outcomes = Promise.allSettled([appender.append(0, [record('a')])]);
    await settle();
    const queued = Promise.allSettled([appender.append(1, [record('b')])]);
    const cause = new Error('OUT_OF_ORDER_SEQUENCE_NUMBER');

    sent[0]!.fail(cause);

    await expect(appender.failed).resolves.toBe(cause);
    const all = [...(await outcomes), ...(await queued)];
    expect(all).toHaveLength(2);
    for (const outcome of all) expect(outcome).toMatchObject({ reason: { name: 'AppendAbandonedError', cause } });
    expect(sent).toHaveLength(1);
    expect(discards()).toBe(1);
  });

  it.each([
    ['misses a partition', [[0, 3]]],
    [
      'has no base offset',
      [
        [0, 3],
        [1, -1],
      ],
    ],
  ] as [string, [number, number][]][])('dies of an answer that %s, and acks nothing of it', async (_, offsets) => {
    const { appender, sent } = given();
    const outcomes = Promise.allSettled([appender.append(0, [record('a')]), appender.append(1, [record('b')])]);
    await settle();

    sent[0]!.ack(offsets);

    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await appender.failed).message).toBe('no base offset for partition 1');
  });

  it('ignores the ack that comes after it was abandoned', async () => {
    const { appender, sent } = given();
    const outcome = Promise.allSettled([appender.append(0, [record('a')])]);
    await settle();

    appender.abandon(new Error('the lease is gone'));
    sent[0]!.ack();
    await settle();

    expect(await outcome).toMatchObject([{ status: 'rejected', reason: { name: 'AppendAbandonedError' } }]);
    expect(sent).toHaveLength(1);
  });

  it('bounds a request however many partitions are waiting, and leaves none out twice', async () => {
    const { appender, sent } = given();
    const all = Array.from({ length: 12 }, (_, partition) => partition);
    const acks = Promise.all(
      all.flatMap((partition) => [1, 2].map(() => appender.append(partition, [record('r', 1, 900_000)]))),
    );
    await settle();
    for (let seen = 0; appender.pending > 0; seen += 1) {
      sent[seen]!.ack();
      await settle();
    }
    await acks;

    const requests = sent.map(({ shares }) => shares.map(({ partition }) => partition));
    expect(requests).toEqual([all.slice(0, 10), [10, 11, 0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11]]);
    for (const { shares } of sent)
      expect(shares.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(MAX_REQUEST_BYTES + 900_000);
  });

  it('cuts requests at whole appends and below both limits, in order, whatever the sizes', async () => {
    const sizes = fc.array(
      fc.record({
        partition: fc.nat(2),
        count: fc.integer({ min: 1, max: 400 }),
        bytes: fc.integer({ min: 10, max: 2_000 }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(sizes, async (appends) => {
        const { appender, sent } = given();
        const names = appends.map(({ count, bytes }, index) =>
          Array.from({ length: count }, (_, nth) => record(`${index}.${nth}`, 1, bytes)),
        );
        const acks = appends.map(({ partition }, index) => appender.append(partition, names[index]!));
        await settle();
        for (let seen = 0; appender.pending > 0; seen += 1) {
          sent[seen]!.ack();
          await settle();
        }
        await Promise.all(acks);

        for (const { records, bytes } of sent.flatMap(({ shares }) => shares)) {
          const owners = new Set(records.map(({ key }) => key.split('.')[0]));
          if (owners.size > 1) expect(bytes <= MAX_SHARE_BYTES && records.length <= MAX_SHARE_RECORDS).toBe(true);
        }
        [0, 1, 2].forEach((partition) => {
          const shares = sent.flatMap((request) => request.shares).filter((share) => share.partition === partition);
          const expected = names.filter((__, index) => appends[index]!.partition === partition).flat();
          expect(shares.flatMap(({ records }) => records)).toEqual(expected);
        });
      }),
      { numRuns: 30 },
    );
  });
});
