/**
 * A worker of the rig: the product's own, in a process that stops itself now and then directly before a send, as a
 * machine that hangs would. With a control it is the product with that one safeguard taken away. Loaded it waits for a
 * line on stdin: a spare that takes over at once. It ends with the rig.
 */
import { installEffectHook } from '../../adapters/effect.ts';
import '../../workers/create-llm-worker.ts';
import '../../workers/create-research-workers.ts';
import '../../workers/create-trading-worker.ts';
import { freezeAtSends } from './freezing.ts';
import { springTraps } from './traps.ts';
import { workerOrdersSchema } from './worker-orders.ts';

const [word = ''] = process.argv.slice(2);
const orders = workerOrdersSchema.parse(JSON.parse(word));
await toldToGo();
process.stdin.once('end', () => process.exit(1)).unref();
installEffectHook(freezeAtSends(orders));
installEffectHook(springTraps(orders));
if (orders.control === null) await import('../../workers/all.ts');
else await (await import('../controls/control-worker.ts')).runControlWorker(orders.control);

function toldToGo(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once('data', () => resolve());
    process.stdin.once('end', () => process.exit(1));
  });
}
