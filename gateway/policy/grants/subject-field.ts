import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { SharingIndex } from '../../registry/index.ts';

type Index = Pick<SharingIndex, 'rule'>;

/**
 * The fields that name whom a type's records are about. Of several `@subject` fields of an entity it is the one in the keys of
 * most departments: by it their data are joined, so that no other publication can put a name of its own in its place. All
 * of them where no key tells them apart.
 */
export function subjectFields(schema: GraphQLSchema, index: Index, type: string): readonly string[] {
  const record = recordType(schema, type);
  const fields = Object.values(record?.getFields() ?? {});
  const owners = [type, ...(record?.getInterfaces() ?? []).map((one) => one.name)];
  const named = fields.filter(
    ({ name, args, type: of }) =>
      owners.some((owner) => index.rule(`${owner}.${name}`).subject !== undefined) &&
      args.length === 0 &&
      isLeafType(getNullableType(of)),
  );
  if (named.length < 2) return named.map((one) => one.name);
  const departments = (field: string): number => {
    const codes = fields.flatMap((one) =>
      (index.rule(`${type}.${one.name}`).sources ?? []).flatMap(({ key, provider }) =>
        key?.includes(field) ? [provider.code] : [],
      ),
    );
    return new Set(codes).size;
  };
  const counts = named.map((one) => departments(one.name));
  const most = Math.max(...counts);
  return named.filter((_, at) => most < 2 || counts[at] === most).map((one) => one.name);
}

/** The field that names the subject of a coordinate's record: as its own department has it, where several do; null when none does. */
export function subjectField(schema: GraphQLSchema, index: Index, coordinate: string): string | null {
  const type = coordinate.slice(0, coordinate.indexOf('.'));
  const fields = subjectFields(schema, index, type);
  const { code } = index.rule(coordinate).provider;
  return fields.find((one) => index.rule(`${type}.${one}`).provider.code === code) ?? fields[0] ?? null;
}

/** An object type that records have; the operations' root types have none. */
export function recordType(schema: GraphQLSchema, name: string): GraphQLObjectType | null {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const type = schema.getType(name);
  return isObjectType(type) && !roots.includes(type) ? type : null;
}
