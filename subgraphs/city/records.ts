/** What the departments of Yunxi hold. Invented; region 990101 is assigned to no place, so nobody can be real. */

export interface PersonRecord {
  readonly idNumber: string;
  readonly name: string;
  readonly gender: 'MALE' | 'FEMALE';
  readonly birthDate: string;
  readonly residenceRegion: string;
  readonly residence: string;
  readonly phone: string;
  readonly photoDigest: string;
}

export interface MarriageRecord {
  readonly status: 'SINGLE' | 'MARRIED' | 'DIVORCED' | 'WIDOWED';
  readonly spouse: string | null;
}

export interface EnterpriseRecord {
  readonly uscc: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'DEREGISTERED';
  readonly legalRepresentative: string;
  readonly registeredAddress: string;
  readonly taxCreditScore: number;
}

export interface PositionRecord {
  readonly person: string;
  readonly title: string;
  readonly uscc: string;
}

export interface PropertyRecord {
  readonly unitNumber: string;
  readonly area: number;
  readonly address: string;
  readonly owners: readonly Owner[];
  readonly mortgaged: boolean;
}

export type Owner =
  | { readonly kind: 'Person'; readonly id: string }
  | { readonly kind: 'Enterprise'; readonly id: string };

export interface LicenceRecord {
  readonly number: string;
  readonly holder: string;
  readonly type: string;
  readonly issuedOn: string;
  readonly validUntil: string | null;
}

export interface InsuranceRecord {
  readonly months: number;
  readonly contributionBase: number;
}

/** The whole city. Each provider is given only what is its own. */
export interface City {
  readonly people: readonly PersonRecord[];
  readonly marriages: ReadonlyMap<string, MarriageRecord>;
  readonly enterprises: readonly EnterpriseRecord[];
  readonly positions: readonly PositionRecord[];
  readonly properties: readonly PropertyRecord[];
  readonly licences: readonly LicenceRecord[];
  readonly insurance: ReadonlyMap<string, InsuranceRecord>;
}
