/** Where a thread of the exam begins: a thread does not inherit what its process has made of TypeScript. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../../adapters/program/run-program.mjs';

await runProgram(fileURLToPath(new URL('./market-thread.ts', import.meta.url)));
