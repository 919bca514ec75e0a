/**
 * Runs every static check of the project, two at a time, and reports all failures with each step's time.
 * Exit code 0 when all pass, 1 otherwise. The tests are not part of it: `npm test`.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const STEPS = ['lint:reach', 'typecheck', 'lint:types', 'format', 'lint:quick', 'imports', 'exports'];
const AT_ONCE = 2;

function runStep(name) {
  const startedAtMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', name], { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString('utf8');
      resolve({ name, passed: code === 0, text, seconds: (Date.now() - startedAtMs) / 1000 });
    });
  });
}

function report({ name, passed, text, seconds }) {
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(11)} ${seconds.toFixed(1).padStart(5)} s`);
  if (!passed) console.log(text.trimEnd().replace(/^/gm, '    '));
}

const waiting = [...STEPS];
const failed = [];
async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const step = await runStep(name);
    report(step);
    if (!step.passed) failed.push(name);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(failed.length === 0 ? `check: ${STEPS.length} steps passed` : `check: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
