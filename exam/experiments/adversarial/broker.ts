/** The broker's rows B3 to B8, B10 and B11, all of them against the real adapter. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { foreignCases, permutationCases } from './broker-answers.ts';
import { codeCases, hangCases, pauseCases } from './broker-codes.ts';
import { lostReplyCases, openVenueSite, raceCases, twiceCases } from './broker-orders.ts';
import { clockCases, identityCases, repeatCases, reportCases } from './broker-reports.ts';
import { type Outcome, runCases } from './case.ts';
import { startPeer } from './peer.ts';

const WITHIN_MS = 20_000;
/** Permutations of each life of an order. */
const PERMUTATIONS = 50;

/** `size`: cases of the cheap kinds; the dear ones get a part of it. */
export async function examineBroker(seed: number, size: number): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-adversarial-'));
  const peer = await startPeer();
  const part = Math.ceil(size / 5);
  try {
    const written = [
      ...codeCases(peer, seed, Math.ceil(size / 100)),
      ...hangCases(peer),
      ...pauseCases(peer, seed, part),
      ...reportCases(peer, seed, size),
      ...repeatCases(peer, seed, part),
      ...identityCases(peer, seed, size),
      ...foreignCases(peer, seed, part),
      ...permutationCases(seed, size, PERMUTATIONS),
    ];
    const outcomes = await runCases(written, { atOnce: 8, withinMs: WITHIN_MS });
    // How far a clock is off shows only while nothing else takes time.
    const clocks = await runCases(clockCases(peer, seed, part), { atOnce: 1, withinMs: WITHIN_MS });
    return [...outcomes, ...clocks, ...(await examineOrders(folder, seed, part))];
  } finally {
    await peer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function examineOrders(folder: string, seed: number, count: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const profile of ['lifetime-unique', 'open-only'] as const) {
    const site = await openVenueSite(folder, seed, profile);
    const cases = [
      ...lostReplyCases(site, seed, count),
      ...twiceCases(site, 6),
      ...raceCases(site, Math.ceil(count / 10)),
    ];
    outcomes.push(...(await runCases(cases, { atOnce: 1, withinMs: WITHIN_MS })));
    await site.peer.close();
  }
  return outcomes;
}
