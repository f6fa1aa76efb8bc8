import type { FieldNode } from 'graphql';
import type { ErrorDetails } from '../../errors.ts';
import type { DenialCode, MaskRule } from '../../words.ts';
import type { Identified } from '../guard/identified.ts';
import type { CrossCheck } from '../marks.ts';
import type { RecordScope } from './scoped.ts';

/** Why one element of an operation may not pass. */
export interface Denial {
  readonly code: DenialCode;
  readonly details: ErrorDetails;
}

/** What the guard decided, in the form that shaping needs: by field node of the consumer's operation. */
export interface Guarded {
  readonly denied: ReadonlyMap<FieldNode, Denial>;
  /** By the object type that the field is read from. */
  readonly masked: ReadonlyMap<FieldNode, ReadonlyMap<string, MaskRule>>;
  /** Values of an enumeration that may not be shown. */
  readonly deniedValues: ReadonlyMap<FieldNode, ReadonlyMap<string, Denial>>;
  /** By the object type that the field is read from; a record's value passes where all of them hold. */
  readonly scoped?: ReadonlyMap<FieldNode, ReadonlyMap<string, readonly RecordScope[]>>;
  /** Fields that are only checked: by object type, the field that names the record's subject. */
  readonly checks?: ReadonlyMap<FieldNode, ReadonlyMap<string, string>>;
  /** What arguments say of the records that a field brings. */
  readonly identified?: ReadonlyMap<FieldNode, readonly Identified[]>;
  /** Fields whose sources are compared. */
  readonly crossChecks?: ReadonlyMap<FieldNode, CrossCheck>;
}
