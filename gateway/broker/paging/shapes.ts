import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** A type that is a page of records: a Relay connection, or a list with its counts and cursors. */
export interface Page {
  /** The field with its rows. */
  readonly rows: string;
  /** The field of a row that is the record; null where the row is it. */
  readonly node: string | null;
  /** Does it give cursors? Then arguments of fields that lead to it may take them. */
  readonly hasCursors: boolean;
}

/** What of a schema pages through records, told by the shape of its types. */
export interface Paging {
  readonly pages: ReadonlyMap<string, Page>;
  /** Rows that are not the records themselves: by type, the field that is. */
  readonly edges: ReadonlyMap<string, string>;
  /** Coordinates of fields that are cursors. */
  readonly cursors: ReadonlySet<string>;
}

type Field = GraphQLField<unknown, unknown>;
type Fielded = GraphQLObjectType | GraphQLInterfaceType;

const isFielded = (type: unknown): type is Fielded => isObjectType(type) || isInterfaceType(type);

const CURSOR = /cursor$|^((start|end|next|prev|previous|continuation)_?)?(page_?)?token$/i;
const PAGE_INFO = /^has_?(next|prev|more)/i;
const SIZE = /^(first|last|limit|take|size|count|page_?size)$/i;
const known = new WeakMap<GraphQLSchema, Paging>();

export function pagingOf(schema: GraphQLSchema): Paging {
  const before = known.get(schema);
  if (before) return before;
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const pages = new Map<string, Page>();
  const edges = new Map<string, string>();
  const cursors = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isFielded(type) || (isObjectType(type) && roots.includes(type))) continue;
    const page = pageOf(type);
    if (!page) continue;
    const row = rowOf(type, page);
    const rowTypes =
      page.node !== null && row ? [row, ...(isInterfaceType(row) ? schema.getPossibleTypes(row) : [])] : [];
    for (const one of rowTypes) edges.set(one.name, page.node ?? '');
    const details = Object.values(type.getFields()).map((one) => getNamedType(one.type));
    const carriers = [type, ...rowTypes, ...details.filter(isPageInfo)];
    const own = carriers.flatMap((one) =>
      Object.values(one.getFields()).flatMap(({ name, type: of }) =>
        CURSOR.test(name) && isText(of) ? [`${one.name}.${name}`] : [],
      ),
    );
    for (const coordinate of own) cursors.add(coordinate);
    pages.set(type.name, { ...page, hasCursors: own.length > 0 });
  }
  const paging = { pages, edges, cursors };
  known.set(schema, paging);
  return paging;
}

/** Takes an argument or input field a cursor? `siblings`: what may be given beside it. */
export function isCursorInput(name: string, type: GraphQLInputType, siblings: readonly string[]): boolean {
  // `before` and `after` may also be times: of pages they are where a size can be said as well.
  const isPlace = (name === 'after' || name === 'before') && siblings.some((one) => SIZE.test(one));
  return (isPlace || CURSOR.test(name)) && isText(type);
}

function pageOf(type: Fielded): Omit<Page, 'hasCursors'> | null {
  const fields = Object.values(type.getFields());
  const { edges } = type.getFields();
  const edge = edges && isPlainList(edges) ? getNamedType(edges.type) : null;
  const node = isFielded(edge) ? edge.getFields().node : undefined;
  if (node && node.args.length === 0 && isCompositeType(getNamedType(node.type)))
    return { rows: 'edges', node: 'node' };
  const lists = fields.filter((one) => isPlainList(one) && isCompositeType(getNamedType(one.type)));
  const [rows] = lists;
  const others = fields.filter((one) => one !== rows);
  return rows && lists.length === 1 && others.every(isDetail) ? { rows: rows.name, node: null } : null;
}

function rowOf(type: Fielded, { rows }: Pick<Page, 'rows'>): Fielded | null {
  const field = type.getFields()[rows];
  const row = field && getNamedType(field.type);
  return isFielded(row) ? row : null;
}

function isPlainList({ type, args }: Field): boolean {
  return args.length === 0 && isListType(getNullableType(type));
}

/** A count, a flag, a cursor, or an object of these. */
function isDetail({ name, type }: Field): boolean {
  const named = getNamedType(type);
  if (isPageInfo(named)) return true;
  if (!isLeafType(named) || isListType(getNullableType(type))) return false;
  return named.name === 'Int' || named.name === 'Boolean' || (CURSOR.test(name) && isText(type));
}

function isPageInfo(type: GraphQLNamedType): type is GraphQLObjectType {
  if (!isObjectType(type)) return false;
  const fields = Object.values(type.getFields());
  return (
    fields.every((one) => isLeafType(getNamedType(one.type))) &&
    fields.some(({ name }) => PAGE_INFO.test(name) || CURSOR.test(name))
  );
}

function isText(type: GraphQLOutputType | GraphQLInputType): boolean {
  const named = getNullableType(type);
  return isLeafType(named) && (named.name === 'String' || named.name === 'ID' || CURSOR.test(named.name));
}
