import type { GraphQLLeafType } from 'graphql';
import type { Compared, SourceName } from '../findings.ts';
import type { CrossCheck } from '../marks.ts';
import type { JsonObject } from '../program/record.ts';

/** An object of which the sources of one field are to be compared. */
export interface ToCompare {
  readonly object: JsonObject;
  /** The key under which the field's value is looked for. */
  readonly asked: string;
  readonly crossCheck: CrossCheck;
  readonly type: GraphQLLeafType;
}

/** Do the other sources agree? By subgraph; kept with the object that was compared, where no JSON can come from. */
export type Agreements = ReadonlyMap<string, boolean | null>;

const AGREEMENTS = Symbol('agreements');

export function setAgreements(object: JsonObject, coordinate: string, agreements: Agreements): void {
  const marked = object as { [AGREEMENTS]?: Map<string, Agreements> };
  const all = marked[AGREEMENTS] ?? new Map<string, Agreements>();
  marked[AGREEMENTS] = all.set(coordinate, agreements);
}

function agreementsOf(object: JsonObject, coordinate: string): Agreements | undefined {
  return (object as { [AGREEMENTS]?: Map<string, Agreements> })[AGREEMENTS]?.get(coordinate);
}

interface ComparingRun {
  readonly path: (string | number)[];
  readonly toCompare?: ToCompare[];
  readonly compared?: Compared[];
}

type CompleteField<R> = (source: JsonObject, target: JsonObject, run: R) => boolean;

/** On a first pass notes the object; on the second completes the field and tells how its sources compare. */
export function comparedField<R extends ComparingRun>(
  key: string,
  asked: string,
  crossCheck: CrossCheck,
  type: GraphQLLeafType,
  complete: CompleteField<R>,
): CompleteField<R> {
  const coordinate = `${crossCheck.type}.${crossCheck.field}`;
  const { authoritative, sources } = crossCheck;
  return (object, target, run) => {
    if (run.toCompare) {
      run.toCompare.push({ object, asked, crossCheck, type });
      return true;
    }
    const agreements = agreementsOf(object, coordinate);
    const others = sources
      .filter((one) => one !== authoritative)
      .map((one) => ({ ...nameOf(one), agrees: agreements?.get(one.subgraph) ?? null }));
    run.compared?.push({
      path: [...run.path, key],
      coordinate,
      authoritative: authoritative && nameOf(authoritative),
      others,
    });
    return complete(object, target, run);
  };
}

function nameOf({ subgraph, provider }: CrossCheck['sources'][number]): SourceName {
  return { subgraph, provider: provider.name };
}
