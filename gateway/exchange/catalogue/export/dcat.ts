import type { SharingClass } from '../../../words.ts';
import type { Elements, Entry } from '../entry.ts';

const AUTHORITY = 'http://publications.europa.eu/resource/authority';

/** EU vocabulary "access right". */
const RIGHTS: Readonly<Record<SharingClass, string>> = {
  UNCONDITIONAL: 'PUBLIC',
  CONDITIONAL: 'RESTRICTED',
  WITHHELD: 'NON_PUBLIC',
};
/** EU vocabulary "frequency". */
const FREQUENCIES: Readonly<Record<Elements['updatePeriod'], string>> = {
  REAL_TIME: 'UPDATE_CONT',
  DAILY: 'DAILY',
  WEEKLY: 'WEEKLY',
  MONTHLY: 'MONTHLY',
  QUARTERLY: 'QUARTERLY',
  HALF_YEARLY: 'ANNUAL_2',
  YEARLY: 'ANNUAL',
  IRREGULAR: 'IRREG',
};

export interface DcatOptions {
  readonly base: string;
  readonly platform: string;
  nameOf(code: string): string;
}

/** The catalogue as a DCAT-AP 3 feed in JSON-LD: a dataset for each resource, with the gateway as its data service. */
export function toDcat(
  entries: readonly Entry[],
  { base, platform, nameOf }: DcatOptions,
): Record<string, unknown> {
  const service = `${base}/graphql`;
  return {
    '@context': {
      dcat: 'http://www.w3.org/ns/dcat#',
      dct: 'http://purl.org/dc/terms/',
      foaf: 'http://xmlns.com/foaf/0.1/',
      xsd: 'http://www.w3.org/2001/XMLSchema#',
    },
    '@id': `${base}/catalogue`,
    '@type': 'dcat:Catalog',
    'dct:title': chinese(platform),
    'dct:description': chinese('政务信息资源目录'),
    'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': chinese(platform) },
    'dct:language': { '@id': `${AUTHORITY}/language/ZHO` },
    'dcat:service': { '@id': service },
    'dcat:dataset': entries.map((entry) => ({
      '@id': `${base}/catalogue/${entry.code}`,
      '@type': 'dcat:Dataset',
      'dct:identifier': entry.code,
      'dct:title': chinese(entry.name),
      'dct:description': chinese(entry.abstract),
      'dct:publisher': {
        '@id': `urn:uscc:${entry.providerCode}`,
        '@type': 'foaf:Agent',
        'foaf:name': chinese(nameOf(entry.providerCode)),
      },
      'dcat:keyword': entry.items.map((item) => chinese(item.name)),
      'dct:accessRights': { '@id': `${AUTHORITY}/access-right/${RIGHTS[entry.class]}` },
      'dct:accrualPeriodicity': { '@id': `${AUTHORITY}/frequency/${FREQUENCIES[entry.updatePeriod]}` },
      ...(entry.publishedOn && { 'dct:issued': { '@value': entry.publishedOn, '@type': 'xsd:date' } }),
      ...(entry.lastUpdated && {
        'dct:modified': { '@value': entry.lastUpdated.toISOString(), '@type': 'xsd:dateTime' },
      }),
      ...(entry.related.length > 0 && {
        'dct:relation': entry.related.map((code) => ({ '@id': `${base}/catalogue/${code}` })),
      }),
      'dcat:distribution': {
        '@type': 'dcat:Distribution',
        'dcat:accessURL': { '@id': service },
        'dcat:accessService': {
          '@id': service,
          '@type': 'dcat:DataService',
          'dct:title': chinese('联机查询'),
          'dcat:endpointURL': { '@id': service },
        },
        'dct:format': { '@id': `${AUTHORITY}/file-type/JSON` },
      },
    })),
  };
}

function chinese(text: string): Record<string, string> {
  return { '@value': text, '@language': 'zh' };
}
