import ids from '../../../../schema/examples.json';

const PURPOSE = '@purpose(use: ADMINISTRATIVE_BASIS, matter: "YX-2026-000123")';

/** Queries to begin with; about people that cannot exist. */
export const EXAMPLES: readonly { readonly title: string; readonly query: string }[] = [
  {
    title: '人口与任职 A person and their positions',
    query: `query ${PURPOSE} {
  person(idNumber: "${ids.person}") {
    name
    birthDate
    positions { title enterprise { name status } }
  }
}
`,
  },
  {
    title: '有条件共享 Conditional items',
    query: `query ${PURPOSE} {
  person(idNumber: "${ids.person}") {
    name
    maritalStatus
    spouse { name }
    properties { address area mortgaged }
    housingSubsidyEligible
  }
}
`,
  },
  {
    title: '脱敏与不予共享 Masked and withheld',
    query: `query @purpose(use: WORK_REFERENCE, matter: "YX-2026-000123") {
  person(idNumber: "${ids.person}") {
    name
    phone
    photoDigest
  }
}
`,
  },
  {
    title: '企业与证照 An enterprise and its licences',
    query: `query ${PURPOSE} {
  enterprise(uscc: "${ids.enterprise}") {
    name
    registeredAddress
    licences { type number validUntil }
    legalRepresentative { name }
  }
}
`,
  },
  {
    title: '订阅企业变更 Changes of an enterprise',
    query: `subscription ${PURPOSE} {
  enterpriseChanged(uscc: "${ids.enterprise}") {
    name
    status
    registeredAddress
    licences { type number }
  }
}
`,
  },
];
