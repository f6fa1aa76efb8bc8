import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';
import { createTracing } from '../../../gateway/telemetry/tracing.ts';

test('is off by default, and only runs the work', () => {
  expect(createTracing({}).stage('fetch', () => 7)).toBe(7);
});

test('gives each stage a span, failed ones too', async () => {
  const exported: string[] = [];
  const exporter = new InMemorySpanExporter();
  const keep = exporter.export.bind(exporter);
  exporter.export = (spans, done) => {
    exported.push(...spans.map((one) => `${one.name} ${one.status.code}`));
    keep(spans, done);
  };
  const tracing = createTracing({}, exporter);
  await tracing.stage('fetch', async () => 1);
  await tracing.stage('record', () => Promise.reject(new Error('disk'))).catch(() => undefined);
  await tracing.close();
  expect(exported).toEqual(['liancha.fetch 0', 'liancha.record 2']);
});
