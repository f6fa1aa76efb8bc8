import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const WORKERS = {
  'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
  'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
};

/** Bundles the explorer's page: everything that it loads is served by the gateway. */
export async function buildExplorer(root) {
  const { build } = await import('esbuild');
  const out = join(root, 'dist/explorer');
  mkdirSync(out, { recursive: true });
  const shared = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    outdir: out,
    target: 'es2022',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  await build({
    ...shared,
    entryPoints: { explorer: 'gateway/http/explorer/page/main.tsx' },
    format: 'esm',
    jsx: 'automatic',
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    loader: { '.ttf': 'file', '.svg': 'dataurl' },
  });
  await build({ ...shared, entryPoints: WORKERS, format: 'iife', outdir: join(out, 'workers') });
  cpSync(join(root, 'gateway/http/explorer/page/index.html'), join(out, 'index.html'));
}
