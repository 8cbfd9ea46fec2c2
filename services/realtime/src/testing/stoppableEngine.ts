import { setImmediate } from 'node:timers/promises';
import { createEngine } from '../engine';
import type { Frame } from '../frames';
import { DEFAULT_LIMITS, type RealtimeLimits } from '../limits';
import { noCommands } from './noCommands';
import { createProjection } from './projection';
import { connectionOf, createWires, userActor } from './wires';
import { createWorld, opened, openViews } from './world';

/**
 * An engine whose keys the test has in hand: with `gate` it says when they come, with `keys` also whether, which texts open
 * (`locked`), and it sees each frame before it is sent to a room.
 */
export async function stoppableEngine(limits: Partial<RealtimeLimits> = {}) {
  const world = await createWorld({ partitions: 1, batchRecords: 100 });
  const projection = createProjection(world);
  const wires = createWires();
  const gate = { open: Promise.resolve() };
  const keys = keysBehind(gate);
  const faults: unknown[] = [];
  const warnings: string[] = [];
  const engine = createEngine({
    log: world.log,
    starts: new Map(),
    reader: projection.reader,
    ...noCommands,
    views: openViews(
      () => keys.prepare(),
      (blob) => keys.locked(String(opened(blob))),
    ),
    broadcast(room, frame, except, options) {
      keys.sent(frame);
      wires.broadcast(room, frame, except, options);
    },
    limits: { ...DEFAULT_LIMITS, projectionWaitMs: 2_000, aheadWaitMs: 300, ...limits },
    warn(fields, text) {
      faults.push(fields.err);
      warnings.push(text);
    },
  });
  await engine.follower.start(new AbortController().signal);
  const read = async () => {
    const behind = () => engine.dispatched.rings[0]!.end < world.heads()[0]!;
    while (behind()) await setImmediate();
  };
  return {
    world,
    engine,
    reader: projection.reader,
    faults,
    warnings,
    read,
    gate,
    keys,
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

/** Nothing is locked, until the test says so. */
function keysBehind(gate: { open: Promise<void> }) {
  return {
    prepare: () => gate.open,
    locked: (_text: string) => false,
    sent: (_frame: Frame) => undefined as void,
  };
}

function describeFrame({ name, payload }: Frame): string {
  const { threadId, seq } = payload as { threadId: string; seq: number };
  return `${name} ${threadId} ${seq}`;
}
