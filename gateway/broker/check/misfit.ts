import { type FieldNode, type GraphQLSchema, getNullableType, isLeafType, isObjectType } from 'graphql';
import type { Failure } from '../../errors.ts';
import { heldValue } from '../marks.ts';
import { readHeld } from '../shape/checked.ts';

/** `BAD_USER_INPUT` for the first value that is none of its item's type: found before anybody is asked. It is never quoted. */
export function misfitOf(
  schema: GraphQLSchema,
  checks: ReadonlyMap<FieldNode, ReadonlyMap<string, string>>,
  variables: Readonly<Record<string, unknown>>,
): Failure | null {
  for (const [node, byType] of checks) {
    const equals = heldValue(node);
    for (const name of byType.keys()) {
      const owner = schema.getType(name);
      const type = isObjectType(owner)
        ? getNullableType(owner.getFields()[node.name.value]?.type)
        : undefined;
      if (equals && type && isLeafType(type) && readHeld(type, equals, variables) !== null) continue;
      const detail = `${name}.${node.name.value}: @verify(equals:) 不是该项的值 is no value of the item`;
      return { code: 'BAD_USER_INPUT', details: { detail } };
    }
  }
  return null;
}
