/**
 * A worker of the rig: the product's own, in a process that stops itself now and then directly before a send, as a
 * machine that hangs would. With a control it is the product with that one safeguard taken away.
 */
import { installEffectHook } from '../../adapters/effect.ts';
import { freezeBeforeSends } from './freezing.ts';
import { workerOrdersSchema } from './worker-orders.ts';

const [word = ''] = process.argv.slice(2);
const orders = workerOrdersSchema.parse(JSON.parse(word));
installEffectHook(freezeBeforeSends(orders));
if (orders.control === null) await import('../../workers/all.ts');
else await (await import('../controls/control-worker.ts')).runControlWorker(orders.control);
