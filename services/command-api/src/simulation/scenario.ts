import { runBesideAgents } from './agents';
import { createThreads, pause, runClient, type ClientOptions, type Told } from './client';
import { createCluster, type Cluster } from './cluster';
import { truthOf } from './database';
import { runFollower, type Follower } from './follower';
import type { HandingOnFault } from './handingOn';
import { createNode, type Mutation, type Node } from './node';
import { runProjector } from './projector';
import { verify } from './verify';
import { createWorld, type World } from './world';

export interface ScenarioOptions {
  seed: number;
  mutate?: Mutation;
  keepsMaxEpoch?: boolean;
  /** A sentence left out of how followers are handed what was acked. */
  handingOn?: HandingOnFault;
  /** An agent in every thread, run twice, and somebody who takes conversations over. */
  agents?: boolean;
  /** Returns the whole log instead of what is wrong, for comparing two runs. */
  trace?: boolean;
  /** One more fault, set off at the beginning. */
  sabotage?: (cluster: Cluster, seed: number) => Sabotage;
}

/** A fault after which not everything comes to a good end. */
export interface Sabotage {
  /** The run is over, though clients may still wait. */
  isOver(): boolean;
  /** What is wrong then, in words; undefined takes the usual reckoning. */
  verify?: (told: readonly Told[]) => string[];
}

const PARTITIONS = 2;
const THREADS = 3;
const COMMANDS = 9;

/** One seeded run: two owners, three clients, every fault there is; then peace, and the reckoning. */
export async function runScenario({
  seed,
  mutate = (parts) => parts,
  keepsMaxEpoch = true,
  handingOn,
  agents,
  trace = false,
  sabotage,
}: ScenarioOptions): Promise<string[]> {
  const world = createWorld(seed);
  const cluster = createCluster(world, PARTITIONS, handingOn);
  const follower = runFollower(cluster, seed);
  const sabotaged = sabotage?.(cluster, seed);
  const nodes: Node[] = [];
  const graveyard: Node[] = [];
  const find = (url: string): Node | undefined => [...nodes, ...graveyard].find((node) => node.url === url);
  const start = (index: number, life: number): void => {
    const node = createNode({ cluster, name: `n${index}-${life}`, mutate, find });
    if (nodes[index]) graveyard.push(nodes[index]);
    nodes[index] = node;
  };
  start(0, 0);
  start(1, 0);

  const state = { finished: false, peace: false };
  runProjector(cluster, { keepsMaxEpoch }, () => state.finished);
  runNemesis(world, nodes, start, () => state.peace);

  const told: Told[] = [];
  const threads: string[] = [];
  const client = (index: number): ClientOptions => ({
    ...{ world, threads, told, commands: COMMANDS, nodes: () => nodes },
    name: `c${index}`,
    archives: index === 0 && seed % 3 === 0,
  });
  let done = false;
  const story = async (): Promise<void> => {
    await createThreads(client(9), THREADS);
    const clients = [0, 1, 2].map((index) => runClient(client(index)));
    await (agents ? runBesideAgents(client, clients) : Promise.all(clients));
    state.peace = true;
    cluster.heal();
    await pause(world, 5_000);
    done = await caughtUp(cluster, follower);
  };
  let failure: unknown;
  story().catch((error: unknown) => {
    failure = error;
    done = true;
  });
  await world.run(() => done || (sabotaged?.isOver() ?? false));
  state.finished = true;
  if (failure) throw failure;
  if (sabotaged?.verify) return sabotaged.verify(told);

  let wrong: string[] | null = null;
  void (trace ? wholeLog(cluster) : verify(cluster, told, follower)).then((found) => (wrong = found));
  await world.run(() => wrong !== null);
  return wrong ?? ['the log could not be read'];
}

async function wholeLog(cluster: Cluster): Promise<string[]> {
  const events = await Promise.all([...Array(PARTITIONS).keys()].map((partition) => truthOf(cluster.log, partition)));
  return events.flat().map((placed) => JSON.stringify(placed));
}

async function caughtUp(cluster: Cluster, follower: Follower): Promise<boolean> {
  for (;;) {
    const behind: number[] = [];
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      if (cluster.database.checkpoint(partition).nextOffset < (await cluster.log.head(partition)))
        behind.push(partition);
    }
    const followed = await follower.hasAll();
    if (behind.length === 0 && followed && cluster.database.parkedStreams() === 0) return true;
    await pause(cluster.world, 500);
  }
}

/** Pauses processes, kills and restarts them, and sets their wall clocks wrong. */
function runNemesis(
  world: World,
  nodes: readonly Node[],
  start: (index: number, life: number) => void,
  stopped: () => boolean,
): void {
  const { random } = world;
  let life = 0;
  const strike = (): void => {
    if (stopped()) return;
    const index = random.int(nodes.length);
    const { process } = nodes[index]!;
    const dice = random.next();
    if (dice < 0.45) process.pausedUntil = world.now() + random.next() * (random.chance(0.5) ? 500 : 3_000);
    else if (dice < 0.65) process.wallOffsetMs += (random.next() - 0.5) * 20_000;
    else if (process.alive) {
      nodes[index]!.kill();
      const next = (life += 1);
      world.after(random.next() * 1_500, null, () => start(index, next));
    }
    world.after(random.next() * 3_000, null, strike);
  };
  world.after(random.next() * 3_000, null, strike);
}
