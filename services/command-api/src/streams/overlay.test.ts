import fc from 'fast-check';
import type { ChatEvent } from '@threadlog/events';
import { createOverlay } from './overlay';

const event = (stream: string, version: number) =>
  ({ tenant_id: 't', stream_type: 'thread', stream_id: stream, stream_version: version }) as ChatEvent;

describe('overlay', () => {
  test('keeps the events of a stream in order until the checkpoint has passed them', () => {
    const overlay = createOverlay(10);
    for (const [index, offset] of [10, 11, 12].entries()) overlay.add(event('a', index + 1), offset);
    overlay.prune(12);
    expect(overlay.eventsOf('t/thread/a').map((entry) => entry.offset)).toEqual([12]);
    expect(overlay.prunedTo()).toBe(12);
  });

  test('an event that is not acked stays, and so does everything behind it', () => {
    const overlay = createOverlay(0);
    const own = overlay.add(event('a', 1), null);
    overlay.add(event('b', 1), 6);
    overlay.prune(100);
    expect(overlay.size()).toBe(2);
    own.offset = 5;
    overlay.prune(100);
    expect(overlay.size()).toBe(0);
    expect(overlay.eventsOf('t/thread/a')).toEqual([]);
  });

  test('a checkpoint that comes late takes nothing back', () => {
    const overlay = createOverlay(0);
    overlay.prune(8);
    overlay.prune(3);
    expect(overlay.prunedTo()).toBe(8);
  });

  test('holds exactly what stands at or above the checkpoint, whatever was pruned on the way', () => {
    const streams = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 });
    fc.assert(
      fc.property(streams, fc.array(fc.nat(70), { maxLength: 10 }), (names, checkpoints) => {
        const overlay = createOverlay(0);
        const versions = new Map<string, number>();
        names.forEach((name, offset) => {
          versions.set(name, (versions.get(name) ?? 0) + 1);
          overlay.add(event(name, versions.get(name)!), offset);
        });
        for (const checkpoint of checkpoints) overlay.prune(checkpoint);
        const passed = Math.max(0, ...checkpoints);
        for (const name of ['a', 'b', 'c']) {
          const left = names.flatMap((one, offset) => (one === name && offset >= passed ? [offset] : []));
          expect(overlay.eventsOf(`t/thread/${name}`).map((entry) => entry.offset)).toEqual(left);
        }
      }),
    );
  });
});
