/** Lets a thread of the bench run TypeScript. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../adapters/program/run-program.mjs';

await runProgram(fileURLToPath(new URL('./thread.ts', import.meta.url)));
