import { type CatalogueResource, type Finding, finding } from '../../registry/index.ts';
import type { Database } from '../../store/index.ts';
import { codeFault } from './codes.ts';
import { draftFault } from './drafts.ts';
import { elementsOf, entryOf } from './entry.ts';

/** What the catalogue has against publishing resources: a code that is not theirs, or a draft that was accepted otherwise. */
export async function catalogueFaults(
  database: Database,
  resources: readonly CatalogueResource[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { code, provider, subgraph, type, classification, ...resource } of resources) {
    if (code === null) continue;
    const note = (message: string): void => void found.push(finding('CATALOGUE_INCOMPLETE', type, message));
    const fault = await codeFault(database, code, {
      provider: provider.code,
      subgraph,
      type,
      classification,
    });
    if (fault) {
      note(fault);
      continue;
    }
    const [row] = await database.query(
      "select * from catalogue_entries where code = $1 and status = 'DRAFT'",
      [code],
    );
    if (!row) continue;
    const published = elementsOf({ code, provider, subgraph, type, classification, ...resource });
    const difference = draftFault(entryOf(row), published);
    if (difference) note(difference);
  }
  return found;
}
