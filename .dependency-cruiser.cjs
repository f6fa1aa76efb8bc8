/** The arrows of the architecture: http → identity, broker, exchange → policy, ledger, registry → store. */
const arrow = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    arrow(
      'nothing-imports-http',
      '^gateway/(?!http/|gateway\\.ts|serving\\.ts|open\\.ts|main\\.ts)',
      '^gateway/http/',
      'http is the outermost layer',
    ),
    arrow(
      'broker-sees-no-database',
      '^gateway/broker/',
      '^gateway/(store|identity|exchange|http|cli)/',
      'the core is pure of storage',
    ),
    arrow(
      'inner-layers-stay-inner',
      '^gateway/(policy|ledger|registry)/',
      '^gateway/(broker|identity|exchange|http|cli)/',
      'arrows run inwards',
    ),
    arrow(
      'store-imports-no-one',
      '^gateway/store/',
      '^gateway/(?!store/|words\\.ts|errors\\.ts|files\\.ts)',
      'the store is the innermost layer',
    ),
    arrow(
      'registry-stands-alone',
      '^gateway/registry/',
      '^gateway/(policy|ledger|store)/',
      'what is published depends on nobody',
    ),
    arrow('gateway-knows-no-provider', '^gateway/', '^subgraphs/', 'providers are met over HTTP only'),
    arrow('providers-know-no-gateway', '^subgraphs/', '^gateway/', 'a provider needs the kit only'),
    {
      name: 'no-reaching-past-a-face',
      severity: 'error',
      comment: "a folder's index.ts is its contract",
      from: { path: '^gateway/(\\w+)(/|\\.ts$)' },
      to: {
        path: '^gateway/\\w+/',
        pathNot: ['^gateway/$1/', '^gateway/\\w+/index\\.ts$'],
      },
    },
    {
      name: 'no-io-on-the-querys-way',
      severity: 'error',
      comment: 'deciding, guarding, planning and shaping are pure functions',
      from: { path: '^gateway/broker/(guard|operation|plan|program|shape)/' },
      to: { path: '^(node:)?(fs|net|http|https|child_process)(/|$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
