import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';

/** Spans of the query's stages. */
export interface Tracing {
  /** Runs one stage; in a span of its own where tracing is on. */
  stage<T>(name: string, work: () => T): T;
  close(): Promise<void>;
}

/** Tracing that is off costs one call. */
const OFF: Tracing = { stage: (_, work) => work(), close: async () => undefined };

/**
 * OpenTelemetry, off unless `OTEL_EXPORTER_OTLP_ENDPOINT` (or the one for traces) is set, by the standard's own
 * variables. Spans carry the stage's name and nothing of what was asked or answered.
 */
export function createTracing(environment: NodeJS.ProcessEnv, exporter?: SpanExporter): Tracing {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!exporter && !endpoint) return OFF;
  const processor = new BatchSpanProcessor(exporter ?? new OTLPTraceExporter());
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  provider.register();
  const tracer = provider.getTracer('liancha');
  return {
    stage(name, work) {
      const span = tracer.startSpan(`liancha.${name}`);
      const end = (isFailed: boolean): void => {
        if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      };
      try {
        const result = context.with(trace.setSpan(context.active(), span), work);
        if (result instanceof Promise)
          result.then(
            () => end(false),
            () => end(true),
          );
        else end(false);
        return result;
      } catch (error) {
        end(true);
        throw error;
      }
    },
    async close() {
      await provider.shutdown();
      trace.disable();
      context.disable();
    },
  };
}
