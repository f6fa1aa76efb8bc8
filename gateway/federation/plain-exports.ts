import { createRequire } from 'node:module';

/**
 * The index of `@apollo/federation-internals` gives everything that it exports by a getter. Composition and planning reach through it
 * millions of times, which takes a quarter of their time. So its exports are made plain values, before they are loaded.
 */
const require = createRequire(import.meta.url);
const path = require.resolve('@apollo/federation-internals');
require(path);
const loaded = require.cache[path];
if (loaded) loaded.exports = { ...loaded.exports };
