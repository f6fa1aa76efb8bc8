import type { City } from './city/index.ts';
import { enterprisesProvider } from './enterprises/provider.ts';
import { type RunningSubgraph, type StartOptions, startProvider } from './kit/index.ts';
import { licencesProvider } from './licences/provider.ts';
import { marriageProvider } from './marriage/provider.ts';
import { populationProvider } from './population/provider.ts';
import { realestateProvider } from './realestate/provider.ts';
import { socialinsuranceProvider } from './socialinsurance/provider.ts';

export const PROVIDER_NAMES = [
  'population',
  'marriage',
  'enterprises',
  'realestate',
  'licences',
  'socialinsurance',
] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Starts one provider of the city, with only that department's data. */
export function startCityProvider(
  name: ProviderName,
  city: City,
  options: StartOptions,
): Promise<RunningSubgraph> {
  switch (name) {
    case 'population':
      return startProvider(populationProvider(city.people, employeesOf(city)), options);
    case 'marriage':
      return startProvider(marriageProvider(city.marriages), options);
    case 'enterprises':
      return startProvider(enterprisesProvider(city.enterprises, city.positions), options);
    case 'realestate':
      return startProvider(realestateProvider(city.properties), options);
    case 'licences':
      return startProvider(licencesProvider(city.licences, addressesOf(city)), options);
    case 'socialinsurance':
      return startProvider(socialinsuranceProvider(city.insurance), options);
    default:
      return name satisfies never;
  }
}

/** The police's own register of employers, for the filter on people. */
function employeesOf(city: City): (uscc: string) => ReadonlySet<string> {
  return (uscc) => new Set(city.positions.filter((one) => one.uscc === uscc).map((one) => one.person));
}

/** What the licences say of addresses: a second source, which differs where a company has moved. */
function addressesOf(city: City): Map<string, string> {
  return new Map(
    city.enterprises.map(({ uscc, registeredAddress }, index) => [
      uscc,
      index % 20 === 0 ? `${registeredAddress}（旧址）` : registeredAddress,
    ]),
  );
}
