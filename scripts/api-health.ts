/**
 * The health check of the HTTP interface in a container: whether it answers on its port. Exit code 0 yes, 1 no. On a
 * desk of `npm start`, `npm run doctor` tells more.
 */
import { clientUrl } from '../config/api-environment.ts';
import { parseEnvironment } from '../config/environment.ts';
import { healthStatus } from './lib/health-status.ts';
import { say } from './lib/progress.ts';
import { runScript } from './lib/script.ts';

const PORT = 8_080;
const WITHIN_MS = 5_000;
const OK = 200;

await runScript(async () => {
  const { api } = parseEnvironment();
  const url = `${clientUrl(api, api.port ?? PORT)}/healthz`;
  const status = await healthStatus(url, WITHIN_MS);
  if (status === OK) return 0;
  say(status === null ? `${url} does not answer` : `${url} answers ${status}`);
  return 1;
});
