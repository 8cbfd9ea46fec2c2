import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OwnBroker } from '@threadlog/testing';
import { assign, leadersOf, partitionsOf, withAdmin, type Admin } from './clusterAdmin';
import type { System } from './system';

/** What may go wrong in a cluster, how long it lasts, and how it is mended. */
export interface Fault {
  name: string;
  /** Resolves when it is mended. */
  strike(): Promise<void>;
}

export interface Targets {
  brokers: readonly OwnBroker[];
  /** Command APIs with `JUMPING_CLOCK`. */
  instances: readonly System[];
  topic: string;
  /** Integers from 0 to `below` - 1. */
  draw: (below: number) => number;
}

/** Variables of a process whose clock may jump; it goes as the machine's otherwise. */
export const JUMPING_CLOCK = {
  NODE_OPTIONS: `--import ${join(__dirname, 'skewedClock.mjs')}`,
  CLOCK_JUMP_MS: '3600000',
};

/** Longer than any session and lease, so that others take over. */
const HELD_MS = 5_000;

/** One of each kind, at somebody whom chance picks when it strikes. */
export function faultsOf({ brokers, instances, topic, draw }: Targets): Fault[] {
  const urls = brokers.map(({ url }) => url);
  const held = () => delay(HELD_MS + draw(2_000));
  // One that leads something: others are hardly missed.
  const broker = async () => {
    const leaders = await withAdmin(urls, (admin) => leadersOf(admin, topic));
    return brokers[leaders[draw(leaders.length)]! - 1]!;
  };
  const instance = () => instances[draw(instances.length)]!;
  return [
    {
      name: 'a broker is killed',
      async strike() {
        const one = await broker();
        await one.kill();
        await held();
        await one.restart();
      },
    },
    {
      name: 'a broker stands still',
      async strike() {
        const one = await broker();
        one.signal('SIGSTOP');
        await held();
        one.signal('SIGCONT');
      },
    },
    {
      name: 'nobody reaches a broker that is alive',
      async strike() {
        const { proxy } = await broker();
        proxy.refuse(true);
        proxy.cut();
        await held();
        proxy.refuse(false);
      },
    },
    {
      name: 'partitions are moved to other brokers, and back',
      strike: () => withAdmin(urls, (admin) => move(admin, topic, 1 + draw(brokers.length))),
    },
    {
      name: 'a command API is killed',
      async strike() {
        const one = instance();
        await one.kill();
        await held();
        await one.start();
      },
    },
    {
      name: 'the clock of a command API jumps by an hour, and back',
      async strike() {
        const one = instance();
        one.signal('SIGUSR2');
        await held();
        one.signal('SIGUSR2');
      },
    },
    {
      name: 'a command API stands still',
      async strike() {
        const one = instance();
        one.signal('SIGSTOP');
        await held();
        one.signal('SIGCONT');
      },
    },
  ];
}

/** Takes all partitions away from a node, those that it leads too, and gives them back. */
async function move(admin: Admin, topic: string, away: number): Promise<void> {
  const partitions = await partitionsOf(admin, topic);
  const before = partitions.map(({ partitionId, replicas }) => ({ partition: partitionId, replicas }));
  const without = before.map(({ partition, replicas }) => ({
    partition,
    replicas: replicas.filter((nodeId) => nodeId !== away),
  }));
  await assign(admin, topic, without);
  await assign(admin, topic, before);
}
