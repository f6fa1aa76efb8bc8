import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import type { Failure } from '../../errors.ts';
import type { CostModel } from '../../registry/index.ts';
import { judgeMeasure, type OperationLimits, tooComplex } from './limits.ts';
import { type Measure, measureOperation } from './measure.ts';
import { extractOperation, operationOf, reachableFragments } from './normalise.ts';
import { type PurposeSource, purposeSource } from './purpose.ts';
import { validateOperation } from './validate.ts';

/** An operation that may be asked at all: well-formed, valid, within limits. Policy has not spoken yet. */
export interface Admitted {
  /** SHA-256 of the operation's text and name, base64url: its identity in caches and in the ledger. */
  readonly hash: string;
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The operation alone, without `@purpose`. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The definitions of all variables as the consumer wrote them, those of `@purpose` included. */
  readonly declared: OperationDefinitionNode;
  readonly purpose: PurposeSource | null;
  /** False when only the schema itself is asked for (`__schema`, `__type`, `__typename`). */
  readonly asksForData: boolean;
  /** Does it ask for the schema itself (`__schema`, `__type`)? */
  readonly introspects: boolean;
  readonly measure: Measure;
}

export type Admission = { readonly ok: true; readonly admitted: Admitted } | Refusal;
export interface Refusal {
  readonly ok: false;
  readonly failures: readonly Failure[];
  /** For the ledger: which text was refused. */
  readonly hash: string;
}

export interface AdmissionRules {
  readonly schema: GraphQLSchema;
  readonly costs: CostModel;
  readonly limits: OperationLimits;
}

/** Parses, validates, limits and normalises one operation. Pure; callers keep the result by its text. */
export function admitOperation(rules: AdmissionRules, text: string, operationName: string | null): Admission {
  const hash = createHash('sha256')
    .update(text)
    .update('\0')
    .update(operationName ?? '')
    .digest('base64url');
  const refuse = (...failures: Failure[]): Refusal => ({ ok: false, failures, hash });
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: rules.limits.tokens });
  } catch (error) {
    return refuse(parseFailure(error, rules.limits));
  }
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const detail =
      operationName === null
        ? 'the document must have exactly one operation, or operationName must name one'
        : `there is no operation named "${operationName.slice(0, 100)}"`;
    return refuse({ code: 'GRAPHQL_VALIDATION_FAILED', details: { detail } });
  }
  const size = fragmentChain(document, operation, rules.limits);
  if (size) return refuse(size);
  const errors = validateOperation(rules.schema, document);
  if (errors.length > 0) return refuse(...errors.map(validationFailure));
  const measure = measureOperation(rules.schema, document, operation, rules.costs);
  const excess = judgeMeasure(measure, rules.limits);
  if (excess) return refuse(excess);
  const extracted = extractOperation(document, operation);
  const admitted: Admitted = {
    hash,
    name: operation.name?.value ?? null,
    kind: operation.operation,
    document: extracted,
    operation: operationOf(extracted),
    declared: operation,
    purpose: purposeSource(operation),
    asksForData: asksForData(extracted),
    introspects: measure.introspectionDepth > 0,
    measure,
  };
  return { ok: true, admitted };
}

function parseFailure(error: unknown, limits: OperationLimits): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('token')) {
    if (message.includes('tokens. Parsing aborted'))
      return tooComplex('tokens', `> ${limits.tokens}`, limits.tokens);
  }
  return { code: 'GRAPHQL_PARSE_FAILED', details: { detail: message } };
}

function validationFailure(error: GraphQLError): Failure {
  const [at] = error.locations ?? [];
  const where = at ? ` (${at.line}:${at.column})` : '';
  return { code: 'GRAPHQL_VALIDATION_FAILED', details: { detail: `${error.message}${where}` } };
}

/** Validation rules compare fragments pairwise: refuse documents with very many before running them. */
function fragmentChain(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: OperationLimits,
): Failure | null {
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION).length;
  const most = Math.min(limits.fields, 100);
  if (fragments > most) return tooComplex('fragments', fragments, most);
  const rootFields = operation.selectionSet.selections.length;
  return rootFields > limits.fields ? tooComplex('rootFields', rootFields, limits.rootFields) : null;
}

function asksForData(document: DocumentNode): boolean {
  const operation = operationOf(document);
  const roots = [operation.selectionSet];
  const fragments = reachableFragments(document, operation);
  const seen = new Set<string>();
  for (let set = roots.pop(); set; set = roots.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (!selection.name.value.startsWith('__')) return true;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) roots.push(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.find((one) => one.name.value === selection.name.value);
        if (fragment) roots.push(fragment.selectionSet);
      }
    }
  }
  return false;
}
