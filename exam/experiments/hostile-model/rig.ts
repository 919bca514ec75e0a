/** A whole desk whose models are hostile: sessions and analyses are real workflows, the answers come from a deck of cards. */

import { EXAM_CONFIG } from '../../exam.ts';
import { type Closeable, type Closers, openHome } from '../../rig/home.ts';
import { type ModelDesk, openModelDesk } from '../../rig/model-desk.ts';
import { type HostileModel, startHostileModel } from './model-server.ts';

export type HostileRig = Closeable & ModelDesk & { readonly model: HostileModel };

/** The desk's own limits; `isWide`: those of the other exams, which bound next to nothing. */
export const openHostileRig = (isWide: boolean): Promise<HostileRig> =>
  openHome((home, closers) => assemble(home, isWide, closers));

async function assemble(home: string, isWide: boolean, closers: Closers) {
  const model = await startHostileModel();
  closers.unshift(() => model.close());
  const wide = isWide ? { configFolder: EXAM_CONFIG } : {};
  const desk = await openModelDesk(home, closers, { ...wide, url: model.url, models: ['exam-1'] });
  return { ...desk, model };
}
