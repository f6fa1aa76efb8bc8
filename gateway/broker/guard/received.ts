import { type GraphQLNamedType, getNamedType, isEnumType, isInterfaceType, isObjectType } from 'graphql';
import type { SharingRule } from '../../registry/index.ts';
import type { CrossCheck } from '../marks.ts';
import type { Denial } from '../shape/decisions.ts';
import { codeOf, denialOf } from './denial.ts';
import type { Judge, Judged, Recipient } from './judge.ts';

/** What was decided of sending an item on, with what each part of that decision is about. */
export interface Reception {
  readonly refused: Refused | null;
  readonly decisions: readonly Judged[];
}

/** The item that may not be sent, and why. */
export interface Refused {
  readonly rule: SharingRule;
  readonly code: Denial['code'];
  readonly recipient: Recipient;
}

/**
 * Decides whether a provider may be sent another department's item. It is told the item, so it needs the right to it like
 * any consumer: for the same use, in clear, of every record, and to all from which it is computed. Its own it may have.
 * `isSent`: the item itself, and not only what somebody computes from it.
 */
export function decideReception(
  judge: Judge,
  recipient: Recipient,
  coordinate: string,
  isSent: boolean,
): Reception {
  const item = judge.index.rule(coordinate);
  const decisions: Judged[] = [];
  if (isOwn(item, recipient)) return { refused: null, decisions };
  for (const rule of [item, ...item.requires.map((one) => judge.index.rule(one))]) {
    if (rule !== item && isOwn(rule, recipient)) continue;
    const decision = recipient.entitlement.decide(rule);
    decisions.push({ coordinate: rule.coordinate, decision, recipient, isSent: isSent && rule === item });
    if (decision.effect !== 'ALLOW')
      return { refused: { rule, code: codeOf(decision), recipient }, decisions };
    const value = valuesOf(judge, rule.coordinate).find(
      (one) => recipient.entitlement.decide(one).effect !== 'ALLOW',
    );
    if (!value) continue;
    const ofValue = recipient.entitlement.decide(value);
    decisions.push({ coordinate: value.coordinate, decision: ofValue, recipient });
    if (ofValue.effect !== 'ALLOW')
      return { refused: { rule: value, code: codeOf(ofValue), recipient }, decisions };
  }
  return { refused: null, decisions };
}

/** The department answers for it, or resolves it in agreement with who does. */
function isOwn(rule: SharingRule, { department: { code } }: Recipient): boolean {
  return rule.provider.code === code || (rule.sources ?? []).some(({ provider }) => provider.code === code);
}

/** The members of an enumeration that an item can hold: each has rules of its own. */
function valuesOf({ schema, index }: Judge, coordinate: string): SharingRule[] {
  const [typeName = '', field = ''] = coordinate.split('.');
  const type: GraphQLNamedType | undefined = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const leaf = getNamedType(type.getFields()[field]?.type);
  return isEnumType(leaf) ? leaf.getValues().map(({ name }) => index.rule(`${leaf.name}.${name}`)) : [];
}

/** Why a consumer's field cannot be answered: `asked` would send on what may not be sent. */
export function denialOfSending(judge: Judge, { rule, code, recipient }: Refused, asked: string): Denial {
  const denial = denialOf(judge, rule, code, judge.index.rule(asked).coordinate);
  const { name, code: recipientCode } = recipient.department;
  return {
    ...denial,
    details: {
      ...denial.details,
      requires: rule.coordinate,
      recipient: name,
      recipientCode,
      apply: judge.applyLink(rule.tests ?? rule.coordinate, judge.use, recipientCode),
    },
  };
}

/** The sources of a field that may be asked for it by their keys, as the gateway asks them itself; `refused` is why the main one may not. */
export function decideSourcesAsked(
  judge: Judge,
  crossCheck: CrossCheck,
): Reception & { readonly crossCheck: CrossCheck } {
  if (!crossCheck.isAskedApart) return { crossCheck, refused: null, decisions: [] };
  const decisions: Judged[] = [];
  let refused: Refused | null = null;
  const sources = crossCheck.sources.filter((source) => {
    const recipient = judge.recipient(source.subgraph);
    const receptions = (source.key ?? []).map((field) =>
      decideReception(judge, recipient, `${crossCheck.type}.${field}`, true),
    );
    const first = receptions.find((one) => one.refused)?.refused ?? null;
    if (source === crossCheck.authoritative) refused = first;
    // What is not sent is not on record as sent.
    decisions.push(
      ...receptions.flatMap((one) => one.decisions.map((each) => ({ ...each, isSent: !first }))),
    );
    return first === null;
  });
  return { crossCheck: { ...crossCheck, sources }, refused, decisions };
}

/** The departments that resolve a field, and so are sent its arguments. */
export function recipientsOf(judge: Judge, coordinates: readonly string[]): Recipient[] {
  const byDepartment = new Map<string, Recipient>();
  for (const { sources = [] } of coordinates.map((one) => judge.index.rule(one)))
    for (const { subgraph, provider } of sources)
      if (!byDepartment.has(provider.code)) byDepartment.set(provider.code, judge.recipient(subgraph));
  return [...byDepartment.values()];
}
