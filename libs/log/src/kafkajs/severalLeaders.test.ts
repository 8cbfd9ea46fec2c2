import { hasSeveralLeaders } from './kafkaLog';

/** What the cluster says of itself: the brokers that are up, and who leads and holds the partitions. */
function given(alive: number[], partitions: { leader: number; replicas: number[] }[]) {
  const brokers = alive.map((nodeId) => ({ nodeId, host: `kafka-${nodeId}`, port: 9092 }));
  const topics = [
    {
      name: 't',
      partitions: partitions.map((each, partitionId) => ({ ...each, partitionId, partitionErrorCode: 0, isr: [] })),
    },
  ];
  return {
    describeCluster: () => Promise.resolve({ brokers, controller: 100, clusterId: 'c' }),
    fetchTopicMetadata: () => Promise.resolve({ topics }),
  };
}

describe('whether one request may carry all partitions', () => {
  it.each([
    ['one broker', [1], [{ leader: 1, replicas: [1] }], false],
    ['three, all up', [1, 2, 3], [{ leader: 1, replicas: [1, 2, 3] }], true],
    ['one of three up, its controllers elsewhere', [1], [{ leader: 1, replicas: [1, 2, 3] }], true],
    [
      'one of three up, single copies',
      [1],
      [
        { leader: 1, replicas: [1] },
        { leader: -1, replicas: [2] },
      ],
      true,
    ],
    ['a second broker that holds nothing yet', [1, 2], [{ leader: 1, replicas: [1] }], true],
  ])('is decided by copies, not by who is up: %s', async (_name, alive, partitions, several) => {
    expect(await hasSeveralLeaders(given(alive, partitions), 't')).toBe(several);
  });
});
