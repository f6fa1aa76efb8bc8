import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

// The Apollo libraries `require` graphql; tests must get that same instance, not its ESM twin.
const alias = [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }];

// Unit tests share one module graph per thread (no mutable module state, no module mocks); everything that
// starts servers is in the isolated, serial `e2e` project.
export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/{gateway,subgraphs,scripts,bench}/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000, // for machines with much else to do
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          include: ['test/{e2e,attacks,conformance,faults}/**/*.test.ts'],
          pool: 'forks',
          globalSetup: ['test/e2e/setup/global.mjs'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
