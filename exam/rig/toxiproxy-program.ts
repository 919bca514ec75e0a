/** Finds toxiproxy, the TCP proxy that breaks connections on demand, or builds it once into the user's cache folder. */
import path from 'node:path';
import { userCacheFolder } from '../../config/environment.ts';
import { deskDown, messageOf } from '../../scripts/lib/desk-problem.ts';
import { goInstall, isExecutable } from '../../scripts/lib/go-install.ts';
import { withLock } from '../../scripts/lib/lock.ts';

const VERSION = '2.12.0';
const GO_PACKAGE = `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`;

/** @throws InvalidInput (exit code 3) when it is neither there nor can be built */
export async function findOrMakeToxiproxy(): Promise<string> {
  const target = path.join(userCacheFolder(), 'bin', `toxiproxy-${VERSION}`);
  if (isExecutable(target)) return target;
  return withLock(`${target}.lock`, async () => (isExecutable(target) ? target : build(target)));
}

async function build(target: string): Promise<string> {
  const what = `building toxiproxy once (go install ${GO_PACKAGE}, some 20 seconds)`;
  try {
    return await goInstall({ goPackage: GO_PACKAGE, makes: 'server', target, what });
  } catch (error) {
    const hint = 'install Go, or put the program where it is expected';
    throw deskDown('TOXIPROXY_MISSING', target, messageOf(error), 'toxiproxy', hint);
  }
}
