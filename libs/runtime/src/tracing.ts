import { traceWith, type Logger } from '@threadlog/service';

/** The variables of `tracingConfig`. */
export interface TracingConfig {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_SERVICE_NAME?: string | undefined;
  OTEL_TRACES_SAMPLER_ARG: number;
}

export interface TracingOptions {
  service: string;
  version: string;
  logger: Pick<Logger, 'warn' | 'info'>;
}

const EXPORT_EVERY_MS = 1_000;
/** What a collector does not take is lost: it must hold up neither a request nor the end of the process. */
const EXPORT_TIMEOUT_MS = 5_000;

/** Of the SDK, which takes time and memory to load: only where there is a collector. */
async function loadSdk() {
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
  ]);
  return { OTLPTraceExporter, resourceFromAttributes, ...sdk };
}

/**
 * Sends the spans of this process to a collector, where one is named; without one nothing is traced, nor loaded for it.
 * Returns what sends the last of them and ends it.
 */
export async function startTracing(config: TracingConfig, options: TracingOptions): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config;
  if (endpoint === undefined) return () => Promise.resolve();
  const { service, version, logger } = options;
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const sdk = await loadSdk();
  const provider = new sdk.TracerProvider({
    resource: sdk.resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME ?? `threadlog-${service}`,
      'service.version': version,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new sdk.OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }),
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  traceWith(provider.getTracer('threadlog', version));
  logger.info({ url }, 'traces are sent');
  return async () => {
    traceWith(null);
    await provider.shutdown().catch((err: unknown) => logger.warn({ err }, 'the last traces could not be sent'));
  };
}
