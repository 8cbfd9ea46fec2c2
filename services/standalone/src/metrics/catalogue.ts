import { registerCommandApiMetrics } from '@threadlog/command-api';
import { registerGrpcMetrics } from '@threadlog/grpc';
import { registerProjectorMetrics } from '@threadlog/projector';
import { registerRealtimeMetrics } from '@threadlog/realtime';
import { registerRuntimeMetrics } from '@threadlog/runtime';
import { createMetrics, type Metrics } from '@threadlog/service';
import { registerWorkerMetrics } from '@threadlog/worker';

/** A metric as it is registered. */
export interface CataloguedMetric {
  name: string;
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  labels: readonly string[];
  help: string;
  /** The role that has it, or `every process`. */
  process: string;
}

const EVERY_PROCESS = 'every process';

/** What registers the metrics of each role; a role that is not here has none of its own. */
const OF_ROLES: Readonly<Record<string, (metrics: Metrics) => void>> = {
  'command-api': registerCommandApiMetrics,
  projector: registerProjectorMetrics,
  realtime: registerRealtimeMetrics,
  grpc: registerGrpcMetrics,
  worker: registerWorkerMetrics,
};

/** Every metric that there is, by name: those of registries made as a process makes them. */
export async function metricsCatalogue(): Promise<CataloguedMetric[]> {
  const shared = createMetrics();
  registerRuntimeMetrics(shared);
  const found = await metricsIn(shared, EVERY_PROCESS);
  for (const [role, register] of Object.entries(OF_ROLES)) {
    const metrics = createMetrics({ defaults: false });
    register(metrics);
    for (const metric of await metricsIn(metrics, role)) {
      const known = found.find(({ name }) => name === metric.name);
      if (!known) found.push(metric);
      else if (known.process !== EVERY_PROCESS) known.process += `, ${role}`;
    }
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function metricsIn({ registry }: Metrics, process: string): Promise<CataloguedMetric[]> {
  const described = await registry.getMetricsAsJSON();
  return described.map(({ name, help, type }) => {
    const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: readonly string[] };
    return { name, help, process, type: type as unknown as CataloguedMetric['type'], labels: labelNames };
  });
}
