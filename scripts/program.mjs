/** `node scripts/program.mjs FILE …`: runs a TypeScript program of the project with the rest of the arguments. */
import path from 'node:path';
import { runProgram } from '../adapters/program/run-program.mjs';

const file = path.resolve(process.argv[2] ?? '');
process.argv.splice(1, 2, file);
await runProgram(file);
