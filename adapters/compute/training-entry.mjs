/** Where a training thread begins: a thread does not inherit what its process has made of TypeScript. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '../program/run-program.mjs';

await runProgram(fileURLToPath(new URL('./training-thread.ts', import.meta.url)));
