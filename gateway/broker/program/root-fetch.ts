import type { FetchNode } from '@apollo/query-planner';
import { type GraphQLSchema, parse } from 'graphql';
import type { Numbers } from '../plan/numbers.ts';
import { readAnswer } from './answer.ts';
import { askedFields, asksAnything } from './asked-fields.ts';
import { mergeInto } from './merge.ts';
import { objectsAt, type Path } from './paths.ts';
import { compilePicker, topKeys } from './picker.ts';
import { isJsonObject } from './record.ts';
import { askedSet, asksAny, compileBody } from './request.ts';
import { compileRewrites } from './rewrites.ts';
import {
  allLocated,
  INVALID_ANSWER,
  markLost,
  mergingFrom,
  type ProviderName,
  providerFacts,
  type Step,
  told,
  untold,
} from './step.ts';

/** Compiles a fetch of root fields. Alone, it may pass its answer on as bytes. */
export function compileRootFetch(
  { schema, numbers }: { readonly schema: GraphQLSchema; readonly numbers: Numbers },
  node: FetchNode,
  path: Path,
  providerName: ProviderName,
  { isAlone }: { readonly isAlone: boolean },
): Step {
  const provider = providerFacts(node, providerName);
  const merging = mergingFrom(schema, provider);
  const outputRewrite = compileRewrites(schema, node.outputRewrites);
  const document = parse(node.operation, { noLocation: true });
  const set = askedSet(document);
  const fields = topKeys(document, set);
  const isExact = asksAny(document, numbers.scalars);
  const pick = isAlone ? (value: unknown) => value : compilePicker(schema, document, set);
  const above = path.filter((one) => one !== '@');
  const bodyOf = compileBody(node.operation, node.variableUsages ?? []);
  const isAsking = asksAnything(askedFields(document, set));
  return async (state) => {
    if (!isAsking(state.variables)) return;
    const targets = objectsAt(state.data, path);
    if (targets.length === 0) return;
    try {
      const result = await state.fetch({ subgraph: node.serviceName, body: bodyOf(state.variables, '') });
      if (isAlone && result.ok && state.pass(result.body)) return;
      const answer = readAnswer(result, isExact);
      if (!answer.ok) return markLost(targets, fields, answer, provider);
      const { data, errors, omitted } = answer;
      if (!data && !allLocated(answer)) return markLost(targets, fields, INVALID_ANSWER, provider);
      for (const error of errors)
        state.failures.push(told(error, provider, [...above, ...(error.path ?? [])]));
      if (omitted > 0) state.failures.push(untold(omitted, provider));
      if (!data) return;
      const picked = pick(data, null);
      outputRewrite?.(picked);
      if (isJsonObject(picked)) for (const target of targets) mergeInto(merging, target, picked);
    } catch {
      // An answer so strange that handling it throws (nesting that overflows the stack) is no answer.
      markLost(targets, fields, INVALID_ANSWER, provider);
    }
  };
}
