import { frame, placeOf, type Frame } from '../frames';
import { createHub } from './hub';
import { createStreamWire } from './wire';

const typing = (userId: string): Frame => frame('user:typing', { ...placeOf('t'), userId, isTyping: true });
const codeOf = (next: Promise<unknown>) => next.catch(({ problem }: { problem: { code: string } }) => problem.code);

describe('a stream', () => {
  it('gives its reader each frame in order, to one that waits and to one that comes later', async () => {
    const { wire, next } = createStreamWire(createHub());
    const waiting = next();
    const [one, two, three] = ['one', 'two', 'three'].map(typing);
    wire.emit(one!);
    wire.emit(two!);
    wire.emit(three!);
    expect([await waiting, await next(), await next()]).toEqual([one, two, three]);
  });

  it('counts what waits, and drops volatile frames while something does', async () => {
    const { wire, next } = createStreamWire(createHub());
    const [first, second] = [typing('ü'), typing('second')];
    wire.emit(first, { volatile: true });
    expect(wire.buffered()).toBe(Buffer.byteLength(JSON.stringify(first.payload)));
    wire.emit(typing('dropped'), { volatile: true });
    wire.emit(second);
    expect([await next(), await next()]).toEqual([first, second]);
    expect(wire.buffered()).toBe(0);
  });

  it.each([
    [
      'its token expires',
      (end: (told: Frame) => void) => end(frame('error', { code: 'UNAUTHORIZED', message: 'over' })),
      'unauthorized',
    ],
    [
      'its threads cannot be read',
      (end: (told: Frame) => void) => end(frame('error', { code: 'UNAVAILABLE', message: 'away' })),
      'unavailable',
    ],
    ['the process stops', () => undefined, 'unavailable'],
  ])('ends behind what waits when %s', async (_why, say, code) => {
    const { wire, next, whenClosed } = createStreamWire(createHub());
    const closed = jest.fn();
    whenClosed(closed);
    wire.emit(typing('last'));
    say(wire.emit);
    wire.close();
    wire.close({ discard: true });
    wire.emit(typing('too late'));
    expect(closed).toHaveBeenCalledTimes(1);
    expect(await next()).toEqual(typing('last'));
    expect([await codeOf(next()), await codeOf(next())]).toEqual([code, code]);
  });

  it('ends at once for who reads too slowly, and keeps nothing', async () => {
    const { wire, next } = createStreamWire(createHub());
    wire.emit(typing('dropped'));
    wire.close({ discard: true });
    expect(wire.buffered()).toBe(0);
    expect(await codeOf(next())).toBe('rate_limited');
  });
});

test('a room tells those who are in it, but those who are left out', async () => {
  const hub = createHub();
  const [inside, apart, gone] = [createStreamWire(hub), createStreamWire(hub), createStreamWire(hub)];
  for (const { wire } of [inside, apart, gone]) wire.join('room');
  gone.wire.leave('room');
  hub.broadcast('room', typing('one'), [apart.wire.id]);
  hub.broadcast('other', typing('two'), []);
  expect(await inside.next()).toEqual(typing('one'));
  expect([inside, apart, gone].map(({ wire }) => wire.buffered())).toEqual([0, 0, 0]);
});
