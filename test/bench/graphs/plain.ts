import { composeServices } from '@apollo/composition';
import { type ASTVisitor, type DirectiveNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';
import type { Member } from './graph.ts';

const SHARING = new Set([
  'sharing',
  'resource',
  'item',
  'subject',
  'mask',
  'authoritative',
  'composeDirective',
]);

/** A member's schema without the sharing rules: what the peers are given, who know nothing of them. */
export function plainSdl(sdl: string): string {
  return print(plainDocument(sdl));
}

/** Directives of the sharing rules, their link, and what only serves to compose them. */
const WITHOUT_SHARING: ASTVisitor = {
  Directive: (node) => (SHARING.has(node.name.value) || linksSharing(node) ? null : undefined),
  StringValue: (node) => (node.value === '@composeDirective' ? null : undefined),
};

function plainDocument(sdl: string): DocumentNode {
  return visit(parse(sdl), WITHOUT_SHARING);
}

function linksSharing(directive: DirectiveNode): boolean {
  const url = directive.arguments?.find((one) => one.name.value === 'url')?.value;
  return directive.name.value === 'link' && url?.kind === Kind.STRING && url.value.includes('/sharing/');
}

/** The supergraph of the plain schemas, as the peers are given it; throws when they do not compose. */
export function composePlain(members: readonly Member[], urlOf: (name: string) => string): string {
  const result = composeServices(
    members.map(({ name, sdl }) => ({ name, url: urlOf(name), typeDefs: plainDocument(sdl) })),
  );
  if (result.supergraphSdl !== undefined) return result.supergraphSdl;
  throw new Error((result.errors ?? []).map((one) => one.message).join('\n'));
}
