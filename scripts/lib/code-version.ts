/** The version of the code that reports carry: that of package.json. Result hashes leave it out. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectFolder } from './paths.ts';

const packageSchema = z.object({ version: z.string() });

export const codeVersion = (): string =>
  packageSchema.parse(JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8'))).version;
