import { setImmediate } from 'node:timers/promises';
import { createEngine } from '../engine';
import type { Frame } from '../frames';
import { DEFAULT_LIMITS, type RealtimeLimits } from '../limits';
import { noCommands } from './noCommands';
import { createProjection } from './projection';
import { connectionOf, createWires, userActor } from './wires';
import { createWorld, openViews } from './world';

/** An engine on a log whose dispatching the test can stop: keys come only when it says so. */
export async function stoppableEngine(limits: Partial<RealtimeLimits> = {}) {
  const world = await createWorld({ partitions: 1, batchRecords: 100 });
  const projection = createProjection(world);
  const wires = createWires();
  const gate = { open: Promise.resolve() };
  const faults: unknown[] = [];
  const engine = createEngine({
    log: world.log,
    starts: new Map(),
    reader: projection.reader,
    ...noCommands,
    views: openViews(() => gate.open),
    broadcast: wires.broadcast,
    limits: { ...DEFAULT_LIMITS, projectionWaitMs: 2_000, aheadWaitMs: 300, ...limits },
    allProjected: () => Promise.resolve(),
    warn: (fields) => faults.push(fields.err),
  });
  await engine.follower.start(new AbortController().signal);
  const read = async () => {
    const behind = () => engine.follower.rings[0]!.end < world.heads()[0]!;
    while (behind()) await setImmediate();
  };
  return {
    world,
    engine,
    reader: projection.reader,
    faults,
    read,
    gate,
    project: (offset = world.heads()[0]!, messages = offset) => {
      projection.applied[0] = offset;
      projection.messagesApplied[0] = messages;
    },
    connect(userId: string, resume: Record<string, number> | null = null) {
      const frames: Frame[] = [];
      const connection = connectionOf(
        wires.open((frame) => frames.push(frame)),
        userActor(userId),
      );
      engine.connections.add(connection);
      const since = resume && new Map(Object.entries(resume));
      const started = engine.session.start(connection, since, () => undefined);
      return { frames, connection, started, told: () => frames.map(describeFrame) };
    },
  };
}

function describeFrame({ name, payload }: Frame): string {
  const { threadId, seq } = payload as { threadId: string; seq: number };
  return `${name} ${threadId} ${seq}`;
}
