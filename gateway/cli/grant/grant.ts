import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askAs } from '../ask.ts';
import { type Command, parseOptions, print, UsageError } from '../command.ts';

const Named = z.object({ code: z.string(), name: z.string() });
const Grant = z.object({
  id: z.string(),
  version: z.number(),
  holder: Named,
  provider: Named.nullable(),
  coordinates: z.array(z.string()),
  uses: z.array(z.string()),
  quotaPerDay: z.number().nullable(),
  contact: z.string().nullable(),
  validFrom: z.string(),
  validUntil: z.string(),
  state: z.string(),
  inForce: z.boolean(),
  scope: z.array(
    z.object({
      coordinate: z.string().nullable(),
      operator: z.string().nullable(),
      values: z.array(z.string()).nullable(),
      subjectsOf: z.string().nullable(),
    }),
  ),
  masks: z.array(z.object({ coordinate: z.string(), rule: z.string() })),
  moves: z.array(z.string()),
});
type Grant = z.infer<typeof Grant>;

const FIELDS = `id version holder { code name } provider { code name } coordinates uses quotaPerDay contact validFrom validUntil
  state inForce scope { coordinate operator values subjectsOf } masks { coordinate rule } moves`;

function describe(grant: Grant): string {
  const limits = [
    ...grant.scope.map((one) =>
      one.subjectsOf
        ? '在办事项的当事人 subjects of the matter'
        : `${one.coordinate} ${one.operator} ${one.values?.join(',')}`,
    ),
    ...grant.masks.map(({ coordinate, rule }) => `${coordinate}=${rule}`),
    ...(grant.quotaPerDay === null ? [] : [`每日记录 records per day ${grant.quotaPerDay}`]),
  ];
  const time = `${grant.validFrom.slice(0, 10)} – ${grant.validUntil.slice(0, 10)}`;
  return [
    `${grant.id}  ${grant.state.padEnd(9)} ${grant.inForce ? '有效 in force' : '—'}  ${grant.holder.name} ← ${grant.provider?.name ?? '授权文件 file'}  ${time}`,
    `    ${grant.coordinates.join(', ')}  ${grant.uses.join(', ')}${limits.length > 0 ? `  限 only: ${limits.join('; ')}` : ''}`,
  ].join('\n');
}

export const listGrantsCommand: Command = {
  summary: '本部门持有的、开放本部门信息项的授权 grants that we hold, or that open our items',
  usage:
    'liancha grant list [--holder <code>] [--provider <code>] [--in-force] [--first <n>] [--after <cursor>] [--as <department>] [--json]',
  async run(parameters) {
    const text = { type: 'string' } as const;
    const { values } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        options: {
          holder: text,
          provider: text,
          'in-force': { type: 'boolean' },
          first: text,
          after: text,
          as: text,
          json: { type: 'boolean', default: false },
        },
      }),
    );
    const query = `query ($holder: ID, $provider: ID, $inForce: Boolean, $first: Int, $after: String) {
      grants(holder: $holder, provider: $provider, inForce: $inForce, first: $first, after: $after) {
        edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`;
    const { grants } = await askAs(
      values.as,
      query,
      {
        holder: values.holder,
        provider: values.provider,
        inForce: values['in-force'],
        first: values.first === undefined ? undefined : Number(values.first),
        after: values.after,
      },
      z.object({
        grants: z.object({
          edges: z.array(z.object({ node: Grant })),
          pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        }),
      }),
    );
    const nodes = grants.edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify({ grants: nodes, pageInfo: grants.pageInfo }));
    else {
      for (const one of nodes) print(describe(one));
      if (grants.pageInfo.hasNextPage) print(`--after ${grants.pageInfo.endCursor}`);
    }
    return 0;
  },
};

async function find(as: string | undefined, id: string): Promise<Grant & { readonly cedar: string }> {
  const query = `query ($id: ID!) { grant(id: $id) { ${FIELDS} cedar } }`;
  const Found = z.object({ grant: Grant.extend({ cedar: z.string() }) });
  return (await askAs(as, query, { id }, Found)).grant;
}

export const showGrantCommand: Command = {
  summary: '一项授权；--cedar 为其策略文本 a grant; with --cedar the policies that are enforced for it',
  usage: 'liancha grant show <grant> [--cedar] [--as <department>] [--json]',
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: {
          cedar: { type: 'boolean', default: false },
          as: { type: 'string' },
          json: { type: 'boolean', default: false },
        },
      }),
    );
    const [id] = positionals;
    if (id === undefined) throw new UsageError('请指明授权 name the grant');
    const grant = await find(values.as, id);
    print(values.json ? JSON.stringify(grant) : values.cedar ? grant.cedar : describe(grant));
    return 0;
  },
};

/** A verb that ends, stops or shortens a grant. */
function moveCommand(verb: string, summary: string, field: string): Command {
  const isShorten = field === 'shortenGrant';
  return {
    summary,
    usage: `liancha grant ${verb} <grant>${isShorten ? ' --until <day or instant>' : ''} [--reason <text>] [--version <n>] [--key <idempotency key>] [--as <department>] [--json]`,
    async run(parameters) {
      const text = { type: 'string' } as const;
      const { values, positionals } = parseOptions(() =>
        parseArgs({
          args: [...parameters],
          allowPositionals: true,
          options: {
            until: text,
            reason: text,
            version: text,
            key: text,
            as: text,
            json: { type: 'boolean', default: false },
          },
        }),
      );
      const [id] = positionals;
      if (id === undefined) throw new UsageError('请指明授权 name the grant');
      const version =
        values.version === undefined ? (await find(values.as, id)).version : Number(values.version);
      const type = isShorten ? 'ShortenGrantInput' : 'MoveGrantInput';
      const input = {
        id,
        version,
        reason: values.reason ?? (isShorten ? '' : undefined),
        idempotencyKey: values.key,
        ...(isShorten && { validUntil: values.until ?? '' }),
      };
      const query = `mutation ($input: ${type}!) { changed: ${field}(input: $input) { ${FIELDS} } }`;
      const { changed } = await askAs(values.as, query, { input }, z.object({ changed: Grant }));
      print(values.json ? JSON.stringify(changed) : describe(changed));
      return 0;
    },
  };
}

export const revokeCommand = moveCommand(
  'revoke',
  '收回 ends a grant, at once and everywhere',
  'revokeGrant',
);
export const suspendCommand = moveCommand('suspend', '暂停 suspends', 'suspendGrant');
export const resumeCommand = moveCommand('resume', '恢复 resumes', 'resumeGrant');
export const shortenCommand = moveCommand('shorten', '缩短期限 makes it end earlier', 'shortenGrant');
export const returnCommand = moveCommand('return', '交回 gives back what we hold', 'returnGrant');
