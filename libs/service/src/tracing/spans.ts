import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';

/**
 * What a span may say: kinds, places and ids. Never a text, a token, an address, nor who somebody is; traces are kept by
 * others, and nothing there is ever erased.
 */
export type SpanFacts = Attributes;

export type SpanName = 'route' | 'call' | 'command' | 'decide' | 'append' | 'fold' | 'frame' | 'delivery' | 'run';

const KINDS: Record<SpanName, SpanKind> = {
  route: SpanKind.SERVER,
  call: SpanKind.SERVER,
  command: SpanKind.SERVER,
  decide: SpanKind.INTERNAL,
  append: SpanKind.PRODUCER,
  fold: SpanKind.CONSUMER,
  frame: SpanKind.CONSUMER,
  delivery: SpanKind.CLIENT,
  run: SpanKind.CONSUMER,
};

/** A piece of work under way, as it is traced. */
export interface WorkSpan {
  /** What names it as the parent of others, in the form of W3C trace context. */
  readonly traceparent: string;
  /** Once; later calls do nothing. `code` says why it came to nothing. */
  end(done?: { code?: string | undefined; facts?: SpanFacts; name?: string }): void;
}

/** Of this process; null where nothing is traced, which is one comparison for whoever asks. */
let tracer: Tracer | null = null;

/** Traces from now on with this; with null nothing. */
export function traceWith(given: Tracer | null): void {
  tracer = given;
}

export function isTracing(): boolean {
  return tracer !== null;
}

export interface SpanOptions {
  name: SpanName;
  /** `traceparent` of what it is a part of; without it, a trace begins here. */
  parent?: string | undefined;
  facts?: SpanFacts;
  /** When it began, in milliseconds since 1970; now by default. */
  startedAt?: number;
}

/** Null where nothing is traced. */
export function beginSpan({ name, parent, facts, startedAt }: SpanOptions): WorkSpan | null {
  if (tracer === null) return null;
  const remote = parent === undefined ? undefined : contextFrom(parent);
  const context = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
  const options = { kind: KINDS[name], attributes: facts, startTime: startedAt };
  return workSpan(tracer.startSpan(name, options, context));
}

function workSpan(span: Span): WorkSpan {
  let isOver = false;
  return {
    traceparent: traceparentOf(span.spanContext()),
    end({ code, facts, name } = {}) {
      if (isOver) return;
      isOver = true;
      if (name !== undefined) span.updateName(name);
      if (facts) span.setAttributes(facts);
      if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      span.end();
    },
  };
}

/** Older records are read again, by a rebuild or a late reader: what they were part of is over. */
const RECENT_MS = 600_000;

/** A record of the log, as far as its trace goes. */
interface Traceable {
  headers: Readonly<Record<string, string>>;
  timestamp?: number;
}

/** What a record is part of, where that is traced here and still of interest. */
export function traceOf({ headers, timestamp = 0 }: Traceable): string | undefined {
  return tracer !== null && Date.now() - timestamp < RECENT_MS ? headers.traceparent : undefined;
}

/** Work on a record that is over, as a part of what wrote it; nothing where that was not traced. */
export function tellSpan(record: Traceable, span: Omit<SpanOptions, 'parent'>): void {
  const parent = traceOf(record);
  if (parent !== undefined) beginSpan({ ...span, parent })?.end();
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Undefined where it is none that W3C trace context knows. */
export function traceparentFrom(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;
}

function contextFrom(traceparent: string): SpanContext | undefined {
  const [, version, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return undefined;
  return { traceId: traceId!, spanId: spanId!, traceFlags: parseInt(flags!, 16) & TraceFlags.SAMPLED, isRemote: true };
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
