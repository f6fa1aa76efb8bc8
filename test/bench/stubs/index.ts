export { type Subgraphs, startSubgraphs } from './subgraphs.ts';
