/** One thread: an order comes in, its answer goes out. Real bars came along when it was started. */
import { parentPort, workerData } from 'node:worker_threads';
import type { BarSeries } from '../../../domain/market/bar-series.ts';
import { type MarketOrder, runMarket } from './market-run.ts';

const real = workerData as BarSeries | null;

parentPort?.on('message', (order: MarketOrder) => parentPort?.postMessage(runMarket(order, real)));
