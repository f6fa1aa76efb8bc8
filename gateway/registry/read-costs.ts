import { isInputObjectType, isInterfaceType, isObjectType, type Schema } from '@apollo/federation-internals';
import type { CostEntries, ListSize } from './cost-model.ts';

const COST_IDENTITY = 'https://specs.apollo.dev/cost';

type Element = Parameters<typeof Object.keys>[0] & {
  appliedDirectivesOf(
    name: string,
  ): readonly { arguments(defaults?: boolean): Readonly<Record<string, unknown>> }[];
};

/** Reads `@cost` and `@listSize` from the supergraph, where composition keeps the largest of all subgraphs'. */
export function readCostEntries(supergraph: Schema): CostEntries {
  const weights = new Map<string, number>();
  const sizes = new Map<string, ListSize>();
  const feature = supergraph.coreFeatures?.getByIdentity(COST_IDENTITY);
  if (feature) {
    const names = {
      cost: feature.directiveNameInSchema('cost'),
      listSize: feature.directiveNameInSchema('listSize'),
    };
    const read = (element: Element, coordinate: string): void => {
      const weight = element.appliedDirectivesOf(names.cost)[0]?.arguments().weight;
      if (typeof weight === 'number') weights.set(coordinate, weight);
      const size = element.appliedDirectivesOf(names.listSize)[0]?.arguments();
      if (size) sizes.set(coordinate, toListSize(size));
    };
    for (const type of supergraph.types()) {
      read(type, type.name);
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of type.fields()) {
          read(field, field.coordinate);
          for (const argument of field.arguments()) read(argument, argument.coordinate);
        }
      } else if (isInputObjectType(type)) for (const field of type.fields()) read(field, field.coordinate);
    }
  }
  return { weights, sizes };
}

function toListSize(values: Readonly<Record<string, unknown>>): ListSize {
  const { assumedSize, slicingArguments, sizedFields } = values;
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  return {
    slicingArguments: texts(slicingArguments),
    sizedFields: texts(sizedFields),
    ...(typeof assumedSize === 'number' && { assumedSize }),
  };
}
