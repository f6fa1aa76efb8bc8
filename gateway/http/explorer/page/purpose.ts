import { Kind, type OperationDefinitionNode, parse } from 'graphql';

/** The uses of shared data, as a person reads them. */
export const USES = [
  { use: 'ADMINISTRATIVE_BASIS', label: '行政依据 administrative basis' },
  { use: 'WORK_REFERENCE', label: '工作参考 work reference' },
  { use: 'DATA_VERIFICATION', label: '数据校核 data verification' },
  { use: 'BUSINESS_COLLABORATION', label: '业务协同 business collaboration' },
] as const;

/** The text with `@purpose` on its first operation, in place of one that it may have; the text itself if it does not parse. */
export function withPurpose(text: string, use: string, matter: string): string {
  const operation = firstOperation(text);
  if (!operation?.loc) return text;
  const purpose = `@purpose(use: ${use}, matter: ${JSON.stringify(matter)})`;
  const existing = operation.directives?.find((one) => one.name.value === 'purpose');
  if (existing?.loc) return text.slice(0, existing.loc.start) + purpose + text.slice(existing.loc.end);
  const selections = operation.selectionSet.loc?.start ?? operation.loc.start;
  const isShorthand = operation.loc.start === selections;
  return `${text.slice(0, selections)}${isShorthand ? 'query ' : ''}${purpose} ${text.slice(selections)}`;
}

function firstOperation(text: string): OperationDefinitionNode | undefined {
  try {
    return parse(text).definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return undefined;
  }
}
