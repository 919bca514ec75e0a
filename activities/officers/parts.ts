/** What the officers' cycles work with. */
import type { OfficerStore } from '../../db/officers/officer-store.ts';

export type OfficerParts = {
  readonly store: OfficerStore;
  readonly nowMs: () => number;
};
