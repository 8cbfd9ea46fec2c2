import { eventually } from '@threadlog/testing';
import { record } from '../../contract/harness';
import { silent } from '../../observer';
import type { Appender } from '../../port';
import { openKafkaAppender } from '../appender';
import type { KafkaAccess } from '../client';
import { startStubCluster, type StubCluster, type StubClusterOptions, type StubProduce } from './stubCluster.testing';

const NOT_ENOUGH_REPLICAS = 19;
const MESSAGE_TOO_LARGE = 10;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;

describe('a producer', () => {
  let cluster: StubCluster;
  let appender: Appender;

  async function given(options: Partial<StubClusterOptions> = {}): Promise<void> {
    cluster = await startStubCluster({ brokers: 3, partitions: 6, topic: 't', ...options });
    for (let partition = 0; partition < 6; partition += 1)
      cluster.lead(partition, 1 + (partition % (options.brokers ?? 3)));
    const { username, password } = options.sasl ?? {};
    appender = await open(username && password ? { mechanism: 'plain', username, password } : undefined);
  }
  function open(sasl?: KafkaAccess['sasl']): Promise<Appender> {
    const access = { brokers: cluster.addresses, clientId: 'stub', ...(sasl && { sasl }) };
    return openKafkaAppender({ access, topic: 't', partitions: 6, log: silent });
  }
  afterEach(async () => {
    appender.abandon(new Error('the test is over'));
    await cluster.close();
  });

  const append = (partition: number, ...names: string[]) =>
    Promise.all(names.map((name) => appender.append(partition, [record(name)])));
  const appendToAll = (name: string) => Promise.all([0, 1, 2, 3, 4, 5].map((partition) => append(partition, name)));
  const sentBy = (node: number) => cluster.requests.filter((request) => request.node === node);
  /** Keeps requests of some brokers back until they are answered by hand. */
  function hold(which: (request: StubProduce) => boolean): StubProduce[] {
    const held: StubProduce[] = [];
    cluster.onProduce = (request) => (which(request) ? void held.push(request) : request.serve());
    return held;
  }
  const expectOnce = (names: string[]) => {
    for (let partition = 0; partition < 6; partition += 1) expect(cluster.log(partition)).toEqual(names);
  };

  it.each([3, 4, 5, 6, 7, 8, 9])('speaks version %i with brokers that know no higher one', async (version) => {
    await given({ produceVersion: version });

    await appendToAll('a');
    await appendToAll('b');

    expectOnce(['a', 'b']);
    expect(new Set(cluster.requests.map((request) => request.version))).toEqual(new Set([version]));
  });

  it('speaks no higher version than it knows', async () => {
    await given({ produceVersion: 13 });
    await append(0, 'a');
    expect(cluster.requests[0]!.version).toBe(9);
  });

  it('authenticates each connection, and takes a new one before its session is over', async () => {
    // kafkajs calls a session over ten seconds before it is.
    const sasl = { username: 'größe', password: 'secret', sessionMs: 10_100 };
    await given({ sasl });
    await appendToAll('a');
    const before = cluster.logins();
    const names = ['a'];
    await eventually(async () => {
      names.push(`r${names.length}`);
      await appendToAll(names.at(-1)!);
      expect(cluster.logins()).toBeGreaterThan(before + 2);
    });

    expectOnce(names);
    await expect(open({ mechanism: 'plain', username: 'größe', password: 'wrong' })).rejects.toThrow(
      'the producer could not connect',
    );
  });

  it('sends each broker one request with all that it leads', async () => {
    await given();
    await appendToAll('a');

    expect(cluster.requests.map(({ node, partitions }) => [node, partitions]).sort()).toEqual([
      [1, [0, 3]],
      [2, [1, 4]],
      [3, [2, 5]],
    ]);
  });

  it('does not let brokers wait for each other, and has one request in flight at each', async () => {
    await given();
    const held = hold(({ node }) => node === 1);
    const slow = append(0, 'a');
    await eventually(() => expect(held).toHaveLength(1));
    for (const name of ['a', 'b', 'c']) await append(1, name);
    const behind = append(3, 'a', 'b');

    expect(sentBy(1)).toHaveLength(1);
    cluster.onProduce = (request) => request.serve();
    await held[0]!.serve();
    await Promise.all([slow, behind]);

    expect(sentBy(1).map(({ partitions }) => partitions)).toEqual([[0], [3]]);
    expect(cluster.mostInFlight()).toBe(1);
  });

  it('sends to the next leader what the one before refused, once, and no partition waits for another', async () => {
    await given();
    await appendToAll('a');
    cluster.lead(0, 2);
    const acks = appendToAll('b');
    await acks;
    await appendToAll('c');

    expectOnce(['a', 'b', 'c']);
    expect(sentBy(2).some(({ partitions }) => partitions.includes(0))).toBe(true);
  });

  it('appends once what the leader took before it went away, when leadership moved while the answer was lost', async () => {
    await given();
    await appendToAll('a');
    const held = hold(({ node }) => node === 1);
    const acks = appendToAll('b');
    await eventually(() => expect(held).toHaveLength(1));
    cluster.onProduce = (request) => request.serve();
    // The followers have it; then it dies, and one of them leads.
    await held[0]!.serveUnheard();
    cluster.lead(0, 2);
    cluster.lead(3, 3);

    expect((await acks).flat().map(({ baseOffset }) => baseOffset)).toEqual([1, 1, 1, 1, 1, 1]);
    await appendToAll('c');
    expectOnce(['a', 'b', 'c']);
  });

  it('appends what the leader did not take before it went away, to a leader that has answered already', async () => {
    await given();
    const held = hold(({ node, partitions }) => node === 1 && partitions.includes(0));
    const acks = appendToAll('a');
    await eventually(() => expect(held).toHaveLength(1));
    await eventually(() => expect(cluster.log(1)).toEqual(['a']));
    cluster.onProduce = (request) => request.serve();
    cluster.lead(0, 2);
    cluster.lead(3, 2);
    held[0]!.cut();
    await acks;

    expectOnce(['a']);
  });

  it('keeps the order of a partition through moves back and forth under load, and appends everything once', async () => {
    await given();
    let moves = 0;
    const lossy = setInterval(() => cluster.lead(moves % 6, 1 + ((moves += 1) % 3)), 5);
    cluster.onProduce = (request) => (moves % 5 === 4 ? request.serveUnheard() : request.serve());
    const names = Array.from({ length: 120 }, (_, index) => `r${index}`);
    const acks: Promise<unknown>[] = [];
    for (const name of names) {
      acks.push(appendToAll(name));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(moves).toBeGreaterThan(20));
    clearInterval(lossy);
    cluster.onProduce = (request) => request.serve();
    await Promise.all(acks);

    expectOnce(names);
    expect(cluster.mostInFlight()).toBe(1);
  }, 30_000);

  it('waits for a partition without a leader, while the others go on', async () => {
    await given();
    cluster.lead(0, -1);
    const waiting = append(0, 'a');
    await eventually(() => expect(sentBy(1)).toHaveLength(1));
    // The leader of both refuses one of them, for as long as nobody leads it.
    await append(3, 'a');
    await append(1, 'a');

    cluster.lead(0, 3);
    await waiting;
    expect(cluster.log(0)).toEqual(['a']);
  });

  it('repeats what is refused for now, and acks meanwhile what was not', async () => {
    await given({ brokers: 1 });
    let refusals = 0;
    cluster.onProduce = (request) => {
      const refused = request.partitions.includes(2) && (refusals += 1) <= 3;
      return request.serve(refused ? { 2: NOT_ENOUGH_REPLICAS } : {});
    };
    const refused = append(2, 'a', 'b');
    await append(1, 'a');
    await refused;

    expect(refusals).toBe(4);
    expect(cluster.log(2)).toEqual(['a', 'b']);
  });

  it.each([
    ['MESSAGE_TOO_LARGE', MESSAGE_TOO_LARGE],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', OUT_OF_ORDER_SEQUENCE_NUMBER],
  ])('is dead after %s: nothing more is sent, acks of the same answer count', async (name, code) => {
    await given({ brokers: 1 });
    cluster.onProduce = (request) => request.serve({ 2: code });
    const outcomes = await Promise.allSettled([append(1, 'a'), append(2, 'a')]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await appender.failed).message).toMatch(`${name} for partition 2`);
    await expect(append(1, 'b')).rejects.toThrow('the appender is dead');
    expect(cluster.requests).toHaveLength(1);
  });

  it('is dead where an answer says nothing of a partition', async () => {
    await given({ brokers: 1 });
    cluster.onProduce = (request) => request.serve(Object.fromEntries(request.partitions.map((each) => [each, 0])));
    await expect(append(1, 'a')).rejects.toThrow('the outcome of the append is unknown');
    expect((await appender.failed).message).toBe('no base offset for partition 1');
  });

  it('ends its retries when it is abandoned', async () => {
    await given();
    cluster.onProduce = (request) => request.cut();
    const outcome = append(0, 'a');
    await eventually(() => expect(cluster.requests.length).toBeGreaterThan(2));

    appender.abandon(new Error('the lease is gone'));
    await expect(outcome).rejects.toThrow('the outcome of the append is unknown');
    // As long as another one repeats its request four times, which takes longer than any pause of the first.
    const before = cluster.requests.length;
    cluster.onProduce = (request) =>
      cluster.requests.length < before + 5 ? request.serve({ 1: NOT_ENOUGH_REPLICAS }) : request.serve();
    const other = await open();
    await other.append(1, [record('a')]);
    await other.close();

    expect(cluster.requests.slice(before).map(({ partitions }) => partitions)).toEqual([[1], [1], [1], [1], [1]]);
  });
});
