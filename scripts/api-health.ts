/**
 * The health check of the HTTP interface in a container: whether it answers on its port. Exit code 0 yes, 1 no. On a
 * desk of `npm start`, `npm run doctor` tells more.
 */
import { parseEnvironment } from '../config/environment.ts';
import { say } from './lib/progress.ts';
import { runScript } from './lib/script.ts';

const PORT = 8_080;
const WITHIN_MS = 5_000;

await runScript(async () => {
  const { port, tls } = parseEnvironment().api;
  const url = `${tls === null ? 'http' : 'https'}://127.0.0.1:${port ?? PORT}/healthz`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) }).catch(() => null);
  if (answer?.ok === true) return 0;
  say(answer === null ? `${url} does not answer` : `${url} answers ${answer.status}`);
  return 1;
});
