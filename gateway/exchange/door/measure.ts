import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { judgeMeasure, type MeasureLimits, measureOperation, tooComplex } from '../../broker/index.ts';
import { type Failure, messageOf, shownDetails } from '../../errors.ts';
import type { CostModel } from '../../registry/index.ts';
import type { Caller } from '../module.ts';

/** What one operation of the exchange API may be at most. */
export const EXCHANGE_LIMITS: MeasureLimits = {
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  fields: 500,
  rootFields: 10,
  cost: 10_000,
};
/** `__schema` and `__type` in one operation: each may answer the whole schema. */
const MOST_INTROSPECTIONS = 2;
/** How long a query may take. */
const QUERY_MS = 10_000;
const PAGE = 20;

/** The sizes of the API's lists, by its one convention: a field with `first` gives a page of edges. */
export function exchangeCosts(schema: GraphQLSchema): CostModel {
  const paged = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (field.args.some(({ name }) => name === 'first')) paged.add(`${type.name}.${field.name}`);
  }
  const page = { assumedSize: PAGE, slicingArguments: ['first'], sizedFields: ['edges'] };
  return {
    weight: () => undefined,
    listSize: (coordinate) => (paged.has(coordinate) ? page : undefined),
  };
}

/** Refuses operations that are too large before anything of them is carried out. */
export function limitOperations(): ApolloServerPlugin<Caller> {
  let costs: CostModel | null = null;
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (!operation) return;
          costs ??= exchangeCosts(schema);
          const measure = measureOperation(schema, document, operation, costs);
          const cost =
            typeof measure.cost === 'function' ? measure.cost(request.variables ?? {}) : measure.cost;
          const excess =
            judgeMeasure({ ...measure, cost }, EXCHANGE_LIMITS) ?? tooManyIntrospections(document, operation);
          if (excess) throw errorOf(excess, contextValue);
          if (operation.operation === 'query') contextValue.budget.limitTime(QUERY_MS);
        },
      };
    },
  };
}

function tooManyIntrospections(document: DocumentNode, operation: OperationDefinitionNode): Failure | null {
  let introspections = 0;
  const others = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  for (const one of [operation, ...others])
    visit(one, {
      Field({ name }) {
        if (name.value === '__schema' || name.value === '__type') introspections++;
      },
    });
  return introspections > MOST_INTROSPECTIONS
    ? tooComplex('introspection', introspections, MOST_INTROSPECTIONS)
    : null;
}

function errorOf({ code, details }: Failure, { language }: Caller): GraphQLError {
  const shown = shownDetails(details);
  return new GraphQLError(messageOf(code, shown, language), {
    extensions: { code, ...shown, http: { status: 400 } },
  });
}
