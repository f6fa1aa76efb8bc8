export { type Received, type Subgraphs, startSubgraphs } from './subgraphs.ts';
