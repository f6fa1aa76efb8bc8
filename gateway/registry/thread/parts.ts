import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type DefinitionNode, parse } from 'graphql';
import type { CatalogueResource } from '../catalogue.ts';
import type { SharingRule } from '../rules.ts';

/** What is large of a publication, as far as it is handed over at a time. */
type Part =
  | { readonly kind: 'rules'; readonly rules: readonly SharingRule[] }
  | { readonly kind: 'definitions'; readonly sdl: string }
  | { readonly kind: 'catalogue'; readonly resources: readonly CatalogueResource[] };

/** All parts together. */
export interface Whole {
  readonly rules: readonly SharingRule[];
  /** What consumers see. */
  readonly definitions: readonly DefinitionNode[];
  readonly catalogue: readonly CatalogueResource[];
}

/** Each is taken in a few milliseconds. */
const RULES = 250;
const RESOURCES = 20;
const CHARACTERS = 32_768;

export function sendParts(
  port: MessagePort,
  rules: readonly SharingRule[],
  sdl: string,
  catalogue: readonly CatalogueResource[],
): void {
  const send = (part: Part): void => port.postMessage(part);
  for (let at = 0; at < rules.length; at += RULES)
    send({ kind: 'rules', rules: rules.slice(at, at + RULES) });
  for (let at = 0; at < catalogue.length; at += RESOURCES)
    send({ kind: 'catalogue', resources: catalogue.slice(at, at + RESOURCES) });
  let from = 0;
  for (const { loc } of parse(sdl).definitions) {
    const end = loc?.end ?? 0;
    if (end - from < CHARACTERS) continue;
    send({ kind: 'definitions', sdl: sdl.slice(from, end) });
    from = end;
  }
  if (sdl.slice(from).trim() !== '') send({ kind: 'definitions', sdl: sdl.slice(from) });
}

/** Where parts arrive. They are fetched one by one, each in a turn of its own: a port that calls back gives all of them in one turn. */
export function openParts(): { readonly port: MessagePort; take(): Promise<Whole>; close(): void } {
  const { port1, port2 } = new MessageChannel();
  return {
    port: port2,
    async take() {
      const rules: SharingRule[] = [];
      const definitions: DefinitionNode[] = [];
      const catalogue: CatalogueResource[] = [];
      for (;;) {
        const received = receiveMessageOnPort(port1);
        if (!received) return { rules, definitions, catalogue };
        const part = received.message as Part;
        if (part.kind === 'rules') rules.push(...part.rules);
        else if (part.kind === 'catalogue') catalogue.push(...part.resources);
        else definitions.push(...parse(part.sdl, { noLocation: true }).definitions);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => port1.close(),
  };
}
