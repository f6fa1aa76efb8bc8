import type { Queryable } from '../../store/index.ts';
import type { Caller } from '../module.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { type CatalogueStore, changeWithin, elementsOnly, writeEntry } from './catalogue.ts';
import { issueCode } from './codes.ts';
import { Elements, type Entry, entryOf } from './entry.ts';

/** A draft as a department sends it. Everything but the items' class and names has a usual value. */
export interface DraftInput {
  /** Of a draft that exists; with the version that was read. */
  readonly code?: string | null;
  readonly version?: number | null;
  readonly elements: Record<string, unknown>;
}

const ABSENT = {
  publishedOn: null,
  open: false,
  openCondition: null,
  related: [],
  base: null,
  theme: null,
  leadDepartment: null,
} as const;

/**
 * Saves a draft: a project's catalogue comes before its approval, and before any service exists (Measures Art. 21). The code is
 * issued at once, so that the schema can state it; when a schema with that code is published, the draft becomes the live entry.
 */
export async function saveDraft(
  store: CatalogueStore,
  transaction: Queryable,
  caller: Caller,
  input: DraftInput,
): Promise<string> {
  const elements = readElements(input.elements);
  const elsewhere = elements.items.find(({ zones }) => !zones.includes(store.zone));
  if (elsewhere)
    throw badInput(
      `${elsewhere.name}: 属于另一网络，请在其所属网络编目 is of another network: draft it there`,
    );
  const provider = caller.principal.department;
  return changeWithin(transaction, async () => {
    const kept = input.code ? await ownDraft(transaction, caller, input.code, input.version) : null;
    const code = kept?.code ?? (await issueCode(transaction, elements.classification));
    await writeEntry(
      store,
      transaction,
      { code, status: 'DRAFT', provider, subgraph: null, type: null, elements },
      { what: kept ? 'REVISED' : 'DRAFTED', by: provider, reason: null },
    );
    return code;
  });
}

/** Gives up a draft; its code stays spent. */
export async function discardDraft(
  store: CatalogueStore,
  transaction: Queryable,
  caller: Caller,
  { code, version, reason }: { readonly code: string; readonly version: number; readonly reason: string },
): Promise<string> {
  return changeWithin(transaction, async () => {
    const draft = await ownDraft(transaction, caller, code, version);
    const provider = caller.principal.department;
    await writeEntry(
      store,
      transaction,
      { code, status: 'WITHDRAWN', provider, subgraph: null, type: null, elements: elementsOnly(draft) },
      { what: 'DISCARDED', by: provider, reason },
    );
    return code;
  });
}

async function ownDraft(
  transaction: Queryable,
  caller: Caller,
  code: string,
  version: number | null | undefined,
): Promise<Entry> {
  const [row] = await transaction.query('select * from catalogue_entries where code = $1 and provider = $2', [
    code,
    caller.principal.department,
  ]);
  if (!row) throw notFound('目录条目 catalogue entry', code);
  const entry = entryOf(row);
  if (entry.status !== 'DRAFT')
    throw new Refused('ILLEGAL_MOVE', {
      what: '目录条目 catalogue entry',
      id: code,
      state: entry.status,
      move: '修改草案 revise a draft',
      allowed: '发布新的模式版本 publish a new version of the schema',
    });
  if (entry.version !== version)
    throw new Refused('CONFLICT', { what: '目录草案 catalogue draft', id: code, version: entry.version });
  return entry;
}

function readElements(input: Record<string, unknown>): Elements {
  const read = Elements.safeParse({ ...ABSENT, ...withoutNulls(input), items: readItems(input.items) });
  if (!read.success)
    throw badInput(read.error.issues.map((one) => `${one.path.join('.')}: ${one.message}`).join('; '));
  const { data } = read;
  // The same elements are required of a draft as at publication (the guide).
  for (const element of ['name', 'classification', 'abstract'] as const)
    if (data[element].trim() === '') throw badInput(`${element}: 必填 required`);
  if (!/^[1-3]\/./.test(data.classification))
    throw badInput('classification: 以 1 基础、2 主题或 3 部门开头 begins with 1, 2 or 3, such as 3/民政');
  if (data.methods.length === 0 || data.items.length === 0) throw badInput('methods, items: 必填 required');
  for (const { name, class: sharing, condition } of data.items)
    if (sharing !== 'UNCONDITIONAL' && !condition?.trim())
      throw badInput(
        `${name}: 有条件共享须写明条件，不予共享须写明依据 a condition, or the basis of withholding, is required`,
      );
  return data;
}

function readItems(items: unknown): unknown {
  if (!Array.isArray(items)) return items;
  const absent = { coordinate: null, length: null, condition: null, basic: false };
  return items.map((one: Record<string, unknown>) => ({ ...absent, ...withoutNulls(one) }));
}

function withoutNulls(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** What a published resource lacks of the draft that was accepted under its code (Art. 21: checked at publication). */
export function draftFault(draft: Elements, published: Elements): string | null {
  for (const item of draft.items) {
    const same = published.items.find((one) => one.name === item.name);
    if (!same) return `草案中的信息项“${item.name}”未发布 the item is in the draft and not in the schema`;
    if (same.class !== item.class)
      return `信息项“${item.name}”草案为 ${item.class}，发布为 ${same.class} differs in class from the draft`;
  }
  return null;
}
