import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LEVELS, ZONES } from './words.ts';

const positive = z.number().int().positive();

const Issuer = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1).default('liancha'),
  /** Exactly one of a URL and a file. */
  jwks: z.union([z.strictObject({ url: z.url() }), z.strictObject({ file: z.string().min(1) })]),
  algorithms: z
    .array(z.enum(['EdDSA', 'ES256', 'PS256', 'RS256']))
    .min(1)
    .default(['EdDSA', 'ES256', 'PS256', 'RS256']),
  /** Departments and networks for which it may speak. Where there are several issuers it must be said of each. */
  departments: z.union([z.literal('ALL'), z.array(z.string().length(18)).min(1)]).optional(),
  zones: z.union([z.literal('ALL'), z.array(z.enum(ZONES)).min(1)]).optional(),
});

const SubgraphEntry = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  url: z.url(),
  /** Credit code of the department that answers for it. */
  department: z.string().length(18),
  /** File of its SDL. */
  schema: z.string().min(1),
});

const Settings = z.strictObject({
  /** Name of the gateway in assertions, `urn:liancha:gateway:<id>`, from its first start on; instances that share its keys have the same. */
  id: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('yunxi'),
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(4000),
  /** Base of the links in messages. Default: the listening address. */
  publicUrl: z.url().optional(),
  access: z
    .strictObject({
      /** Names, beside that of `publicUrl`, under which the gateway is called. */
      hosts: z.array(z.string().min(1)).default([]),
      /** Other sites whose pages may ask (CORS), as `https://portal.example`. */
      origins: z.array(z.url({ protocol: /^https?$/ })).default([]),
    })
    .prefault({}),
  dataDir: z.string().default('.liancha'),
  /** Measures Art. 11: the network that this instance stands in. */
  zone: z.enum(ZONES).default('EXTRANET'),
  /** Measures Art. 4: whose sharing platform this is. The level decides which rule sets are in force. */
  platform: z
    .strictObject({
      name: z.string().min(1).default('云溪市政务信息资源共享平台'),
      level: z.enum(LEVELS).default('CITY'),
      /** Administrative division (GB/T 2260); 990100 is assigned to no place. */
      region: z
        .string()
        .regex(/^\d{6}$/)
        .default('990100'),
    })
    .prefault({}),
  clocks: z
    .strictObject({
      /** Working days before a deadline on which whoever has to answer is reminded. */
      remindBefore: z.array(z.number().int().min(0).max(60)).default([3, 1]),
    })
    .prefault({}),
  demonstration: z.boolean().default(false),
  /** Lets the demonstration listen where other machines reach it. */
  publicDemonstration: z.boolean().default(false),
  departments: z.string().default('schema/departments.json'),
  policies: z.string().default('policies'),
  grants: z.string().default('policies/grants.yaml'),
  issuers: z.array(Issuer).default([]),
  subgraphs: z.array(SubgraphEntry).default([]),
  redisUrl: z.url().optional(),
  /** A PostgreSQL server (`postgres://…`). Without it the database is embedded, under `dataDir`. */
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Longest time for which a token may be good. */
  longestTokenSeconds: positive.default(86_400),
  clockToleranceSeconds: z.number().int().min(0).max(60).default(5),
  limits: z
    .strictObject({
      requestBytes: positive.default(1_048_576),
      answerBytes: positive.default(16_777_216),
      batch: positive.default(10),
      requestsPerMinute: positive.default(60_000),
      /** Requests of nobody who is known, from one address (IPv6: one network of 64 bits). */
      unidentifiedPerMinute: positive.default(600),
      /** Connections at once, altogether and from one address. */
      connections: positive.default(20_000),
      connectionsPerAddress: positive.default(5_000),
      /** Bytes of bodies that are kept at once. One department has a quarter of it. */
      bufferedBytes: positive.default(268_435_456),
      /** A body that has not come by then is given up. */
      bodyMs: positive.default(15_000),
      tokens: positive.default(5_000),
      depth: positive.default(15),
      aliases: positive.default(50),
      fields: positive.default(2_000),
      rootFields: positive.default(20),
      cost: positive.default(20_000),
      /** Whom one answer may be about: its record names each. */
      subjects: positive.default(100_000),
      /** Checks of values (`@verify`) a day: by one department of one item of one subject, and altogether. */
      attemptsPerSubject: positive.default(5),
      attemptsPerDepartment: positive.default(5_000),
      /** Subjects that a department may name in vain a day: in objections, and looking for a person's disclosures. */
      missesPerDepartment: positive.default(20),
    })
    .prefault({}),
  subscriptions: z
    .strictObject({
      /** WebSockets at once, of all departments. */
      connections: positive.default(10_000),
      /** Subscriptions, and WebSockets, that one department may have at once. */
      perDepartment: positive.default(1_000),
      /** WebSockets on which nobody has said yet who it is: altogether, and from one address. */
      unidentified: z
        .strictObject({ total: positive.default(2_000), perAddress: positive.default(100) })
        .prefault({}),
      /** Messages of a consumer on one WebSocket; after a pause five seconds' worth at once. */
      messagesPerSecond: positive.default(200),
      /** What may wait on one WebSocket for a consumer that does not read. */
      outgoingBytes: positive.default(16_777_216),
      /** Operations at once on one WebSocket. */
      perConnection: positive.default(100),
      /** What may wait for a consumer that is slow. */
      queue: z
        .strictObject({ events: positive.default(1_000), bytes: positive.default(4_194_304) })
        .prefault({}),
      /** Largest event of a provider. */
      eventBytes: positive.default(1_048_576),
      /** A WebSocket that does not say who it is is closed after this long. */
      initMs: positive.default(3_000),
      keepAliveMs: positive.default(12_000),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      /** For a new ledger: `sha256/ed25519`, or `sm3/sm2` where Chinese cryptography is required. */
      suite: z.enum(['sha256/ed25519', 'sm3/sm2']).default('sha256/ed25519'),
      /** What a new SM2 key signs along with each head (GB/T 32918.2 §5.5); without it the usual `1234567812345678`. */
      sm2UserId: z
        .string()
        .regex(/^[\x21-\x7e]{1,64}$/)
        .optional(),
      /** Whom heads are handed to: a file, a URL that takes them by POST, or another gateway that co-signs them. */
      witnesses: z
        .array(
          z.union([
            z.strictObject({ file: z.string().min(1) }),
            z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
            /** `keys`: file of the public keys of that gateway's ledger, got from those who run it. */
            z.strictObject({ gateway: z.url({ protocol: /^https?$/ }), keys: z.string().min(1) }),
          ]),
        )
        .default([]),
      /** How long refusals of one kind are counted into one record. */
      refusalsEveryMs: positive.default(60_000),
      /** Free space on the disk, in bytes, below which nothing is answered, so that what was is still signed and kept. */
      reserveBytes: z.number().int().min(0).default(67_108_864),
      /** Pause between two heads for one witness. */
      witnessEveryMs: positive.default(10_000),
      /** Ledgers of other gateways that this one watches and co-signs for; `keys`: file of their public keys. */
      watches: z
        .array(z.strictObject({ ledger: z.string().regex(/^[\w-]{1,64}$/), keys: z.string().min(1) }))
        .default([]),
    })
    .prefault({}),
  publishing: z
    .strictObject({
      /** Operations asked within so many days are not to break. */
      operationDays: positive.default(30),
    })
    .prefault({}),
  providers: z
    .strictObject({
      timeoutMs: positive.default(5_000),
      connections: positive.default(64),
      /** Hosts (`host` or `host:port`) that providers may give in a URL although they are on this machine or its links. */
      allowedHosts: z.array(z.string()).default([]),
    })
    .prefault({}),
});

/** One issuer alone may speak for everybody; of several each says for whom, or each could speak for all. */
const Configuration = Settings.superRefine(({ issuers, demonstration }, context) => {
  if (issuers.length + (demonstration ? 1 : 0) < 2) return;
  issuers.forEach(({ departments, zones }, index) => {
    const missing = [...(departments ? [] : ['departments']), ...(zones ? [] : ['zones'])];
    for (const name of missing)
      context.addIssue({
        code: 'custom',
        path: ['issuers', index, name],
        message:
          '有多个签发者时，须写明各自代表哪些部门、哪些网络（或 ALL）。 With several issuers each must say for whom it speaks, or ALL.',
      });
  });
}).transform(({ issuers, ...settings }) => ({
  ...settings,
  issuers: issuers.map(({ departments = 'ALL' as const, zones = 'ALL' as const, ...one }) => ({
    ...one,
    departments,
    zones,
  })),
}));

/** The one validated configuration. Paths are absolute. */
export type Configuration = z.infer<typeof Configuration>;

/** What an environment variable sets. */
const ENVIRONMENT: Readonly<Record<string, (text: string) => Record<string, unknown>>> = {
  PORT: (text) => ({ port: Number(text) }),
  HOST: (text) => ({ host: text }),
  DATA_DIR: (text) => ({ dataDir: text }),
  REDIS_URL: (text) => ({ redisUrl: text }),
  DATABASE_URL: (text) => ({ databaseUrl: text }),
  PUBLIC_DEMONSTRATION: (text) => ({ publicDemonstration: text === 'yes' }),
  PUBLIC_URL: (text) => ({ publicUrl: text }),
};

/**
 * The configuration from the file that `LIANCHA_CONFIG` names (YAML), the environment, and `overrides`, later
 * ones first. Throws one error that names every wrong setting.
 */
export function loadConfiguration(
  environment: NodeJS.ProcessEnv,
  root: string,
  overrides: Record<string, unknown> = {},
): Configuration {
  const merged: Record<string, unknown> = {};
  const file = environment.LIANCHA_CONFIG;
  if (file) Object.assign(merged, readConfigurationFile(resolve(root, file)));
  for (const [name, read] of Object.entries(ENVIRONMENT)) {
    const text = environment[name];
    if (text !== undefined && text !== '') Object.assign(merged, read(text));
  }
  const result = Configuration.safeParse({ ...merged, ...overrides });
  if (!result.success) {
    throw new Error(`配置有误 The configuration is wrong:\n${z.prettifyError(result.error)}`);
  }
  return withAbsolutePaths(result.data, root);
}

function readConfigurationFile(path: string): Record<string, unknown> {
  if (!existsSync(path))
    throw new Error(`配置文件不存在 There is no configuration file ${path} (LIANCHA_CONFIG)`);
  const content: unknown = parse(readFileSync(path, 'utf8'));
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    throw new Error(`配置文件不是映射 ${path} must hold a YAML mapping`);
  }
  return { ...content };
}

function withAbsolutePaths(configuration: Configuration, root: string): Configuration {
  const absolute = (path: string): string => resolve(root, path);
  return {
    ...configuration,
    dataDir: absolute(configuration.dataDir),
    departments: absolute(configuration.departments),
    policies: absolute(configuration.policies),
    ledger: withAbsoluteWitnesses(configuration.ledger, absolute),
    grants: absolute(configuration.grants),
    subgraphs: configuration.subgraphs.map((one) => ({ ...one, schema: absolute(one.schema) })),
    issuers: configuration.issuers.map((one) =>
      'file' in one.jwks ? { ...one, jwks: { file: absolute(one.jwks.file) } } : one,
    ),
  };
}

function withAbsoluteWitnesses(
  ledger: Configuration['ledger'],
  absolute: (path: string) => string,
): Configuration['ledger'] {
  return {
    ...ledger,
    witnesses: ledger.witnesses.map((one) => {
      if ('file' in one) return { file: absolute(one.file) };
      return 'gateway' in one ? { ...one, keys: absolute(one.keys) } : one;
    }),
    watches: ledger.watches.map((one) => ({ ...one, keys: absolute(one.keys) })),
  };
}
