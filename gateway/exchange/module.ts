import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { type ErrorCode, type ErrorDetails, type Language, messageOf, shownDetails } from '../errors.ts';
import type { Department } from '../identity/index.ts';
import { hasRole, OPERATIONS, type Role } from '../roles.ts';
import { DatabaseError } from '../store/index.ts';
import type { Principal } from '../words.ts';
import type { Budget } from './door/budget.ts';
import type { createInputCheck } from './door/inputs.ts';
import { Refused } from './refused.ts';

/** Who calls the exchange API. What a department may do follows from this and from nothing that it sends. */
export interface Caller {
  readonly principal: Principal;
  readonly department: Department;
  readonly language: Language;
  /** What the request may still take. */
  readonly budget: Budget;
}

// biome-ignore lint/suspicious/noExplicitAny: a resolver's source and arguments have been checked by GraphQL against the schema
type Resolver = (source: any, args: any, caller: Caller, info: GraphQLResolveInfo) => unknown;

/** The resolvers of one business of the exchange, by type and field. Each business brings its own. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/** Told of what was not foreseen, under the reference that the caller was given. */
export type OnDefect = (reference: string, error: unknown) => void;

export interface JoinParts {
  readonly onDefect: OnDefect;
  readonly checkInput: ReturnType<typeof createInputCheck>;
}

/**
 * All businesses as one; a field that two of them resolve is a defect. Every operation is for the roles of the table in `roles.ts`,
 * and for nobody where it has no row there. Each call of a resolver is within its request's budget, and what it is given is within the
 * limits of the schema. Refusals are written in the caller's language.
 */
export function joinResolvers(modules: readonly Resolvers[], parts: JoinParts): Resolvers {
  const joined: Record<string, Record<string, Resolver>> = {};
  for (const [type, fields] of modules.flatMap((one) => Object.entries(one))) {
    const target = joined[type] ?? {};
    joined[type] = target;
    for (const [field, resolver] of Object.entries(fields)) {
      if (target[field]) throw new Error(`${type}.${field} is resolved twice`);
      target[field] = guarded(isOperation(type) ? forItsRoles(type, field, resolver) : resolver, parts);
    }
  }
  return joined;
}

function isOperation(type: string): boolean {
  return type === 'Query' || type === 'Mutation' || type === 'Subscription';
}

function forItsRoles(type: string, field: string, resolver: Resolver): Resolver {
  const allowed = OPERATIONS[`${type}.${field}`] ?? [];
  return (source, args, caller, info) => {
    requireRole(caller, field, allowed);
    return resolver(source, args, caller, info);
  };
}

function guarded(resolver: Resolver, { onDefect, checkInput }: JoinParts): Resolver {
  return async (source, args, caller, info) => {
    try {
      caller.budget.spend();
      const field = info.parentType.getFields()[info.fieldName];
      if (field && field.args.length > 0) checkInput(info.schema, field, args);
      return await resolver(source, args, caller, info);
    } catch (error) {
      throw errorFor(error, caller.language, onDefect);
    }
  };
}

function errorFor(error: unknown, language: Language, onDefect: OnDefect): GraphQLError {
  const say = (code: ErrorCode, details: ErrorDetails): GraphQLError => {
    const shown = shownDetails(details);
    return new GraphQLError(messageOf(code, shown, language), { extensions: { code, ...shown } });
  };
  if (error instanceof GraphQLError) return error;
  if (error instanceof Refused) return say(error.code, error.details);
  const id = randomUUID();
  onDefect(id, error);
  // SQLSTATE class 08: the connection; 57: the server is going down.
  if (error instanceof DatabaseError && /^(08|57)/.test(error.code)) return say('STORE_UNAVAILABLE', {});
  return say('INTERNAL_SERVER_ERROR', { id });
}

/** Refuses unless the caller's department has one of the roles: where what it asks for says more than the operation's name. */
export function requireRole({ department }: Caller, what: string, allowed: readonly Role[]): void {
  if (hasRole(department, allowed)) return;
  throw new Refused('FORBIDDEN', { what, who: allowed.join(', ') || '—' });
}
