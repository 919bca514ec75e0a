/** What the rig tells a worker of its own as the one word of its command line. The product's workers take no such thing. */
import path from 'node:path';
import { z } from 'zod';

export const workerOrdersSchema = z.strictObject({
  /** Where a worker that stops itself leaves a note. */
  frozenFolder: z.string(),
  /** Share of sends before which the worker stops itself, between its claim and the first byte. */
  freezeShare: z.number().min(0).max(1),
  /** `after`: once the send is over, before anything of its answer is recorded. */
  freezeMoment: z.enum(['before', 'after']).default('before'),
  /** Only while no other worker stands still. */
  freezeAlone: z.boolean().default(false),
  /** The safeguard that is taken away; null: none. */
  control: z.string().nullable(),
  seed: z.number(),
});
export type WorkerOrders = z.input<typeof workerOrdersSchema>;
/** As the worker reads them. */
export type HeardOrders = z.output<typeof workerOrdersSchema>;

export const frozenFolderOf = (home: string): string => path.join(home, 'frozen');
