export { canonical, referenceFor } from './expected.ts';
export { type Graph, type GraphName, grownName, type Member, openGraph } from './graph.ts';
export { composePlain, plainSdl } from './plain.ts';
