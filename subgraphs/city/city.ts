import { createHash } from 'node:crypto';
import { creditCodeCheck, idNumberCheck } from '../kit/index.ts';
import { createRandom, type Random } from './random.ts';
import type {
  City,
  EnterpriseRecord,
  InsuranceRecord,
  LicenceRecord,
  MarriageRecord,
  PersonRecord,
  PositionRecord,
  PropertyRecord,
} from './records.ts';

const FAMILY = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜'];
const GIVEN = [...'安宁静和平文博雅欣怡思远子涵梓轩浩然雨桐佳明志强晓东海燕春梅秋实'];
const ROADS = ['溪北路', '云台街', '松岭路', '望江路', '青石巷', '书院街', '南塘路'];
const TRADES = ['科技', '商贸', '建材', '食品', '物流', '文化传播', '生物制药'];
/** Invented districts below the unassigned region 9901. */
const DISTRICTS = [
  { code: '990101', name: '云溪市溪北区' },
  { code: '990102', name: '云溪市松岭区' },
  { code: '990103', name: '云溪市南塘县' },
] as const;

const PEOPLE = 5_000;
const ENTERPRISES = 1_000;
const PROPERTIES = 3_000;

/** Generates the city of Yunxi: always the same one. */
export function createCity(): City {
  const random = createRandom(20_160_905);
  const people = Array.from({ length: PEOPLE }, (_, index) => createPerson(random, index));
  const marriages = createMarriages(random, people);
  const enterprises = Array.from({ length: ENTERPRISES }, (_, index) =>
    createEnterprise(random, index, people),
  );
  return {
    people,
    marriages,
    enterprises,
    positions: createPositions(random, people, enterprises),
    properties: Array.from({ length: PROPERTIES }, (_, index) =>
      createProperty(random, index, people, marriages, enterprises),
    ),
    licences: createLicences(people, enterprises),
    insurance: createInsurance(random, people),
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

function createPerson(random: Random, index: number): PersonRecord {
  const birthDate = `${1940 + random.below(66)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
  const isMale = random.chance(0.5);
  const order = String((index % 499) * 2 + (isMale ? 1 : 0)).padStart(3, '0');
  const body = `990101${birthDate.replaceAll('-', '')}${order}`;
  const district = random.pick(DISTRICTS);
  const given = random.pick(GIVEN) + (random.chance(0.7) ? random.pick(GIVEN) : '');
  return {
    idNumber: body + idNumberCheck(body),
    name: random.pick(FAMILY) + given,
    gender: isMale ? 'MALE' : 'FEMALE',
    birthDate,
    residenceRegion: district.code,
    residence: `${district.name}${random.pick(ROADS)}${1 + random.below(200)}号${1 + random.below(30)}室`,
    // 100 is no mobile prefix: nobody has such a number.
    phone: `100${String(10_000_000 + random.below(89_999_999))}`,
    photoDigest: createHash('sha256').update(`photo ${index}`).digest('hex'),
  };
}

function createMarriages(random: Random, people: readonly PersonRecord[]): Map<string, MarriageRecord> {
  const marriages = new Map<string, MarriageRecord>();
  let waiting: PersonRecord | null = null;
  for (const person of people) {
    if (person.birthDate > '2003' || random.chance(0.35)) {
      const status =
        person.birthDate > '1990' ? 'SINGLE' : random.pick(['SINGLE', 'DIVORCED', 'WIDOWED'] as const);
      marriages.set(person.idNumber, { status, spouse: null });
    } else if (waiting === null || waiting.gender === person.gender) {
      if (waiting !== null) marriages.set(person.idNumber, { status: 'SINGLE', spouse: null });
      else waiting = person;
    } else {
      marriages.set(person.idNumber, { status: 'MARRIED', spouse: waiting.idNumber });
      marriages.set(waiting.idNumber, { status: 'MARRIED', spouse: person.idNumber });
      waiting = null;
    }
  }
  if (waiting !== null) marriages.set(waiting.idNumber, { status: 'SINGLE', spouse: null });
  return marriages;
}

function createEnterprise(random: Random, index: number, people: readonly PersonRecord[]): EnterpriseRecord {
  const body = `91990101MA${String(index).padStart(7, '0')}`;
  return {
    uscc: body + creditCodeCheck(body),
    name: `云溪${random.pick(GIVEN)}${random.pick(GIVEN)}${random.pick(TRADES)}有限公司`,
    status: random.chance(0.9) ? 'ACTIVE' : random.pick(['SUSPENDED', 'DEREGISTERED'] as const),
    legalRepresentative: random.pick(people).idNumber,
    registeredAddress: `${random.pick(DISTRICTS).name}${random.pick(ROADS)}${1 + random.below(300)}号`,
    taxCreditScore: 40 + random.below(61),
  };
}

function createPositions(
  random: Random,
  people: readonly PersonRecord[],
  enterprises: readonly EnterpriseRecord[],
): PositionRecord[] {
  const heads = enterprises.map(({ legalRepresentative, uscc }) => ({
    person: legalRepresentative,
    title: '法定代表人',
    uscc,
  }));
  const others = people
    .filter(() => random.chance(0.4))
    .map(({ idNumber }) => ({
      person: idNumber,
      title: random.pick(['董事', '监事', '经理', '职员']),
      uscc: random.pick(enterprises).uscc,
    }));
  return [...heads, ...others];
}

function createProperty(
  random: Random,
  index: number,
  people: readonly PersonRecord[],
  marriages: ReadonlyMap<string, MarriageRecord>,
  enterprises: readonly EnterpriseRecord[],
): PropertyRecord {
  const district = random.pick(DISTRICTS);
  const number = index + 1;
  const person = random.pick(people).idNumber;
  const spouse = marriages.get(person)?.spouse;
  const owners = random.chance(0.1)
    ? [{ kind: 'Enterprise' as const, id: random.pick(enterprises).uscc }]
    : [person, ...(spouse ? [spouse] : [])].map((id) => ({ kind: 'Person' as const, id }));
  return {
    // 28 characters: region, cadastral district and parcel, then the unit.
    unitNumber: `${district.code}001001GB${String(number).padStart(5, '0')}F${String(number).padStart(8, '0')}`,
    area: 40 + random.below(1_600) / 10,
    address: `${district.name}${random.pick(ROADS)}${1 + random.below(200)}号${1 + random.below(30)}室`,
    owners,
    mortgaged: random.chance(0.3),
  };
}

function createLicences(
  people: readonly PersonRecord[],
  enterprises: readonly EnterpriseRecord[],
): LicenceRecord[] {
  const drivers = people
    .filter((_, index) => index % 3 === 0)
    .map(({ idNumber }, index) => ({
      number: `JZ9901${String(index).padStart(8, '0')}`,
      holder: idNumber,
      type: '机动车驾驶证',
      issuedOn: '2020-06-01',
      validUntil: '2030-05-31',
    }));
  const businesses = enterprises.map(({ uscc }, index) => ({
    number: `YZ9901${String(index).padStart(8, '0')}`,
    holder: uscc,
    type: '营业执照',
    issuedOn: '2018-03-15',
    validUntil: null,
  }));
  return [...drivers, ...businesses];
}

function createInsurance(random: Random, people: readonly PersonRecord[]): Map<string, InsuranceRecord> {
  return new Map(
    people.map(({ idNumber }) => [
      idNumber,
      { months: random.below(400), contributionBase: 4_000 + random.below(20_000) },
    ]),
  );
}
