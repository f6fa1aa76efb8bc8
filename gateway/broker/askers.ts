import type { DepartmentCode, Principal } from '../words.ts';

/** The departments that have asked one operation. In memory only. */
export class Askers {
  readonly #known = new Map<DepartmentCode, { readonly principal: Principal; isTaken: boolean }>();

  note(principal: Principal): void {
    const known = this.#known.get(principal.department);
    if (known) known.isTaken = false;
    else this.#known.set(principal.department, { principal, isTaken: false });
  }

  /** Who asked it of the serving before, and will most likely ask again. */
  expect(principal: Principal): void {
    const { department } = principal;
    if (!this.#known.has(department)) this.#known.set(department, { principal, isTaken: true });
  }

  /** Codes of those that have asked since this was last called. */
  take(): DepartmentCode[] {
    const taken: DepartmentCode[] = [];
    for (const [code, one] of this.#known) {
      if (one.isTaken) continue;
      one.isTaken = true;
      taken.push(code);
    }
    return taken;
  }

  principals(): Principal[] {
    return [...this.#known.values()].map(({ principal }) => principal);
  }
}
