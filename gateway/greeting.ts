import type { Examples } from './demonstration.ts';

/** What `npm start` prints when queries are answered: where, a token to paste, and three queries to try. */
export function greeting(base: string, token: string, examples: Examples): string {
  const curl = (query: string): string =>
    [
      `curl -s ${base}/graphql \\`,
      `  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
      `  --data '${JSON.stringify({ query })}'`,
    ].join('\n');
  const purpose = (use: string): string => `@purpose(use: ${use}, matter: "YX-2026-000123")`;
  return `
Liancha ready  联查已就绪

  查询   GraphQL    ${base}/graphql
  浏览   Explorer   ${base}/
  健康   Health     ${base}/health/ready
  指标   Metrics    ${base}/metrics

TOKEN=${token}

# 1. 无条件共享信息项 Unconditional items
${curl(`query ${purpose('ADMINISTRATIVE_BASIS')} { person(idNumber: "${examples.person}") { name birthDate positions { title enterprise { name status } } } }`)}

# 2. 有条件共享信息项（已获授权）Conditional items, under a grant
${curl(`query ${purpose('ADMINISTRATIVE_BASIS')} { person(idNumber: "${examples.person}") { name maritalStatus spouse { name } properties { address area mortgaged } } }`)}

# 3. 脱敏与不予共享 A masked item, and one that is withheld
${curl(`query ${purpose('WORK_REFERENCE')} { person(idNumber: "${examples.person}") { name phone photoDigest } }`)}

`;
}
