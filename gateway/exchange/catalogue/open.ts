import type { DepartmentDirectory } from '../../identity/index.ts';
import type { CatalogueResource, Finding } from '../../registry/index.ts';
import type { Database } from '../../store/index.ts';
import type { Zone } from '../../words.ts';
import type { Calendar, RuleSet } from '../clock/index.ts';
import type { Resolvers } from '../module.ts';
import { type CatalogueParts, catalogueApi } from './api.ts';
import { followPublication } from './catalogue.ts';
import { type Exported, type ExportFormat, exportEntries } from './export/export.ts';
import type { Platform } from './export/roll-up.ts';
import { liveEntries } from './find.ts';
import { type CallOutcome, createProviderHealth } from './health.ts';
import { catalogueFaults } from './publication-faults.ts';

export interface CatalogueOptions {
  readonly database: Database;
  readonly departments: DepartmentDirectory;
  readonly ruleSets: readonly RuleSet[];
  readonly calendar: Calendar;
  readonly platform: Platform;
  /** The network that this gateway stands in. */
  readonly zone: Zone;
  /** Name of this gateway instance. */
  readonly instance: string;
  /** Base of the links in exports. */
  base(): string;
  /** Code of the department whose subgraph it is. */
  ownerOf(subgraph: string): Promise<string | null>;
  nextId(): string;
  now(): number;
  onProblem(error: unknown): void;
}

/** The catalogue as the rest of the exchange uses it. */
export interface Catalogue {
  readonly resolvers: Resolvers;
  /** Brings the entries in line with what is live now. */
  follow(resources: readonly CatalogueResource[], reason: string | null): Promise<void>;
  faults(resources: readonly CatalogueResource[]): Promise<readonly Finding[]>;
  export(format: ExportFormat): Promise<Exported>;
  /** Counts how a provider answered. */
  noteCall(subgraph: string, outcome: CallOutcome, milliseconds: number): void;
  close(): Promise<void>;
}

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const { database, departments, platform, now } = options;
  const health = createProviderHealth(database, options.instance, now, options.onProblem);
  const nameOf = (code: string): string => departments.byCode(code)?.name ?? code;
  const parts: CatalogueParts = {
    database,
    health,
    ruleSets: options.ruleSets,
    calendar: options.calendar,
    level: platform.level,
    zone: options.zone,
    nextId: options.nextId,
    now,
    ownerOf: options.ownerOf,
    departmentName: nameOf,
    departmentCode: (text) => departments.all().find((one) => one.name === text)?.code ?? text,
  };
  return {
    resolvers: catalogueApi(parts),
    follow: (resources, reason) => followPublication(parts, resources, reason),
    faults: (resources) => catalogueFaults(database, resources),
    async export(format) {
      const place = { place: platform, platform: platform.name, base: options.base(), nameOf, now };
      return exportEntries(await liveEntries(database), format, place);
    },
    noteCall: health.note,
    close: health.close,
  };
}
