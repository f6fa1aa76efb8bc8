import { isIP } from 'node:net';
import { type DocumentNode, Kind, parse, print, type TypeDefinitionNode } from 'graphql';
import { isForbiddenAddress } from '../../addresses.ts';
import { SPECIFIED, withoutMachinery } from '../machinery.ts';
import { type Finding, finding } from './finding.ts';

/**
 * Is the URL one that the gateway may ask? `allowed` are hosts (`host` or `host:port`) that may be anywhere, `approved` those that may be in
 * a private network. `resolve` gives the addresses of a host; each is judged, so that a name cannot hide one. Without it names are judged
 * where they are connected to (`judgedLookup`).
 */
export async function urlFinding(
  text: string,
  { allowed, approved }: { readonly allowed: readonly string[]; readonly approved: readonly string[] },
  resolve: ((host: string) => Promise<readonly string[]>) | null,
): Promise<Finding | null> {
  const refuse = (zh: string, en: string): Finding =>
    finding('URL_NOT_ALLOWED', null, `${text}: ${zh} ${en}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse('不是 URL', 'is not a URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuse('须为 http 或 https', 'must be http or https');
  if (url.username !== '' || url.password !== '') return refuse('不得含凭据', 'must not hold credentials');
  if (allowed.includes(url.hostname) || allowed.includes(url.host)) return null;
  const reach = approved.includes(url.hostname) || approved.includes(url.host) ? 'APPROVED' : 'PUBLIC';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: readonly string[];
  try {
    if (!isIP(host) && !resolve) return null;
    addresses = isIP(host) || !resolve ? [host] : await resolve(host);
  } catch {
    return refuse('主机名无法解析', 'the host cannot be resolved');
  }
  if (addresses.length === 0 || addresses.some((one) => isForbiddenAddress(one, reach)))
    return refuse(
      '指向本机、链路本地、元数据或专用网络地址，未获批准',
      'leads to a loopback, link-local, metadata or private address that is not approved',
    );
  return null;
}

/** Does the running service declare the same schema? Order, descriptions and federation's own definitions do not count. */
export function mismatchFinding(published: string, running: string): Finding | null {
  const [a, b] = [definitionsOf(published), definitionsOf(running)];
  const differing = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
  if (differing.length === 0) return null;
  const text = `运行中的服务与提交的 SDL 不一致：${differing.slice(0, 10).join(', ')}。 The running service declares another schema.`;
  return finding('SCHEMA_MISMATCH', differing[0] ?? null, text);
}

function definitionsOf(sdl: string): Map<string, string> {
  let document: DocumentNode;
  try {
    document = withoutMachinery(parse(sdl, { noLocation: true }));
  } catch {
    return new Map([['SDL', sdl]]);
  }
  const found = new Map<string, string[]>();
  for (const one of document.definitions) {
    if (
      !('name' in one) ||
      !one.name ||
      one.kind === Kind.DIRECTIVE_DEFINITION ||
      SPECIFIED.test(one.name.value)
    )
      continue;
    const texts = found.get(one.name.value) ?? [];
    found.set(one.name.value, [...texts, ...partsOf(one as TypeDefinitionNode)]);
  }
  return new Map([...found].map(([name, parts]) => [name, parts.sort().join('\n')]));
}

function partsOf(definition: TypeDefinitionNode): string[] {
  const {
    description: _,
    fields,
    values,
    ...rest
  } = definition as TypeDefinitionNode & {
    fields?: readonly { name: { value: string } }[];
    values?: readonly object[];
  };
  const members = [...(fields ?? []), ...(values ?? [])] as {
    name: { value: string };
    description?: unknown;
  }[];
  const head = print({ ...rest, kind: rest.kind.replace('Extension', 'Definition') } as never);
  return [head, ...members.map((one) => print({ ...one, description: undefined } as never))];
}
