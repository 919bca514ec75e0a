/** The controls: the product's own worker with one safeguard taken away, to show that an exam sees what it must see. */
import path from 'node:path';
import { projectFolder } from '../../scripts/lib/paths.ts';
import type { RigOptions } from '../rig/rig.ts';

/** What the entry is told; the product's configuration knows no such name. */
export const CONTROL_ARGUMENT = 'EXAM_CONTROL';

export const controlOptions = (control: string | null): Pick<RigOptions, 'workerEntry' | 'workerArguments'> =>
  control === null
    ? {}
    : {
        workerEntry: path.join(projectFolder, 'exam', 'controls', 'worker.ts'),
        workerArguments: { [CONTROL_ARGUMENT]: control },
      };
