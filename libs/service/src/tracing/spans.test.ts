import type { Tracer } from '@opentelemetry/api';
import { beginSpan, isTracing, tellSpan, traceOf, traceparentFrom, traceWith } from './spans';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const record = (timestamp: number, traceparent?: string) => {
  const headers: Record<string, string> = traceparent === undefined ? {} : { traceparent };
  return { timestamp, headers };
};

afterEach(() => traceWith(null));

/** Notes which spans were begun, and what of. */
function noting() {
  const begun: { name: string; parent: unknown; ended: number }[] = [];
  const tracer = {
    startSpan(name: string, _options: object, context: { getValue(key: symbol): unknown }) {
      const span = { name, parent: undefined as unknown, ended: 0 };
      const symbol = Symbol.for('OpenTelemetry Context Key SPAN');
      span.parent = (context.getValue(symbol) as { spanContext(): { spanId: string } } | undefined)?.spanContext()
        .spanId;
      begun.push(span);
      return {
        spanContext: () => ({ traceId: TRACE, spanId: '00f067aa0ba902b7', traceFlags: 1 }),
        setStatus: () => undefined,
        end: () => (span.ended += 1),
      };
    },
  };
  traceWith(tracer as unknown as Tracer);
  return begun;
}

describe('spans', () => {
  it('are none where nothing is traced', () => {
    expect(isTracing()).toBe(false);
    expect(beginSpan({ name: 'route', parent: PARENT })).toBeNull();
    expect(traceOf(record(Date.now(), PARENT))).toBeUndefined();
    expect(() => tellSpan(record(Date.now(), PARENT), { name: 'fold' })).not.toThrow();
  });

  it('are part of what they are given, and end once', () => {
    const begun = noting();
    const span = beginSpan({ name: 'decide', parent: PARENT })!;
    span.end();
    span.end({ code: 'late' });
    expect(span.traceparent).toBe(`00-${TRACE}-00f067aa0ba902b7-01`);
    expect(begun).toEqual([{ name: 'decide', parent: 'b7ad6b7169203331', ended: 1 }]);
  });

  it.each([
    `ff-${TRACE}-b7ad6b7169203331-01`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    'anything else',
  ])('begin a trace where they are given %s', (parent) => {
    const begun = noting();
    beginSpan({ name: 'route', parent });
    expect(begun).toEqual([{ name: 'route', parent: undefined, ended: 0 }]);
  });

  it('are told of records that are new and carry a trace, and of no others', () => {
    const begun = noting();
    tellSpan(record(Date.now()), { name: 'fold' });
    tellSpan(record(Date.now() - 3_600_000, PARENT), { name: 'fold' });
    expect(begun).toEqual([]);
    tellSpan(record(Date.now(), PARENT), { name: 'fold' });
    expect(begun).toHaveLength(1);
  });

  it.each([
    [PARENT, PARENT],
    [[PARENT, PARENT], undefined],
    [`${PARENT}-more`, undefined],
    [`${PARENT}\n`, undefined],
    [undefined, undefined],
  ])('take %j for a trace only where it is one', (given, expected) => {
    expect(traceparentFrom(given)).toBe(expected);
  });
});
