import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** Register counters and gauges of your own here: `new Counter({ ..., registers: [metrics.registry] })`. */
  registry: Registry;
  /** Counts an answered HTTP request. `route` is a template, never a path with ids in it. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
}

export interface MetricsOptions {
  /** Process and event-loop metrics; off in tests, which make many registries. Default true. */
  defaults?: boolean;
}

/** A registry of its own for each process, never the library's global one. */
export function createMetrics({ defaults = true }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (defaults) collectProcess(registry);
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from arrival of a request to the end of its answer, by route template.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  // Looking a label set up costs more than the observation: keep the bound child.
  const children = new Map<string, ReturnType<typeof durations.labels>>();
  return {
    registry,
    observeRequest({ method, route, status, seconds }) {
      const name = `${method} ${route} ${status}`;
      let child = children.get(name);
      if (!child) {
        child = durations.labels(method, route, String(status));
        children.set(name, child);
      }
      child.observe(seconds);
    },
  };
}

/** The figures of the process itself, with the bounds that its memory has: what is used says little without them. */
function collectProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'threadlog_memory_limit_bytes',
    help: 'Memory that this process may have: the limit of its container, else that of the machine.',
    registers,
  }).set(memoryLimit());
  new Gauge({
    name: 'threadlog_heap_limit_bytes',
    help: 'Size of the JavaScript heap at which the process ends.',
    registers,
  }).set(getHeapStatistics().heap_size_limit);
}

/** What a process uses of its memory, and what it may use; bytes. */
export interface MemoryFigures {
  used: number;
  limit: number;
  heapUsed: number;
  heapLimit: number;
}

/** The memory of this process now. */
export function memoryFigures(): MemoryFigures {
  const { rss, heapUsed } = process.memoryUsage();
  return { used: rss, limit: memoryLimit(), heapUsed, heapLimit: getHeapStatistics().heap_size_limit };
}

/** Where no limit is set, the system's answer is 0, or more than the machine has. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
