/**
 * Orders at the real test venue: B5 replies that are lost after the effect, with reads that lag; B6 the same order sent
 * twice; B7 cancels that race with fills. What is right is read from the venue's own state, which the adapter never sees.
 */
import path from 'node:path';
import { toDecimal } from '../../../domain/decimal.ts';
import { until } from '../../../scripts/lib/until.ts';
import { startVenue, type Venue as TestVenue } from '../../../scripts/lib/venue/start-venue.ts';
import type { Case } from './case.ts';
import { drawFrom, many } from './draw.ts';
import { anOrderOf, soonMs, venueAt } from './peer.ts';

const KEY = 'PKVENUE:venue-secret';
const SYMBOL = 'BTC/USD';
const CRYPTO = { symbol: SYMBOL, quantity: '0.5', limitPrice: '90' } as const;
const LAG_MS = 400;

const QUIET = { cutBefore: 0, cutAfter: 0, garbage: 0, partial: 0, cancelRace: 0, status: {}, readLagMs: 0 };

export type VenueSite = { readonly peer: TestVenue; readonly nextId: () => string };

export async function openVenueSite(folder: string, seed: number, profile: 'lifetime-unique' | 'open-only') {
  const journal = path.join(folder, `journal-${profile}.jsonl`);
  const peer = await startVenue({ journal, profile, seed, cash: '1000000000', isStrict: true, tickMs: 0 });
  peer.control.price(SYMBOL, toDecimal('100'));
  let last = 0;
  return { peer, nextId: () => `exam-${profile.slice(0, 4)}-${++last}` };
}

/** How many orders of that name the venue holds or has held. */
const held = ({ peer }: VenueSite, id: string): number =>
  JSON.stringify(peer.control.state()).split(`"${id}"`).length - 1;

const FAULTS = ['cutBefore', 'cutAfter', 'garbage', 'status429', 'status500', 'status503', 'status504'] as const;

/** One after the other: the venue's faults are those of one order at a time. */
export function lostReplyCases(site: VenueSite, seed: number, count: number): Case[] {
  const draw = drawFrom(seed, `lost:${site.peer.url.length}`);
  const adapter = () => venueAt(site.peer.url, KEY, 'paper');
  return many(count, (): Case => {
    const fault = draw.pick(FAULTS);
    const isLagging = draw.whole(0, 3) === 0;
    const took = fault === 'cutAfter' || fault === 'garbage' || fault === 'status504';
    const answer = async (): Promise<string> => {
      const id = site.nextId();
      const status = fault.startsWith('status') ? { [fault.slice(6)]: 1 } : {};
      const lag = isLagging ? LAG_MS : 0;
      const chance = fault.startsWith('status') ? {} : { [fault]: 1 };
      site.peer.control.faults({ ...QUIET, ...chance, status, readLagMs: lag });
      const sent = await adapter().send(anOrderOf(id, CRYPTO), soonMs());
      site.peer.control.faults({ ...QUIET, readLagMs: lag });
      const look = await lookAfterLag(() => adapter().lookUp(id), lag);
      site.peer.control.faults(QUIET);
      return `${sent.kind}, ${held(site, id)} held, ${look}`;
    };
    const expected = took ? 'ambiguous, 1 held, found' : 'ambiguous, 0 held, notFound';
    return { row: 'B5', input: { fault, isLagging, venue: site.peer.accounts.length }, expected, answer };
  });
}

/** While reads lag "not found" proves nothing; after that the answer stands. */
async function lookAfterLag(look: () => Promise<{ readonly kind: string }>, lagMs: number): Promise<string> {
  const untilMs = Date.now() + lagMs + 100;
  return until('the look-up', async () => {
    const { kind } = await look();
    return kind === 'found' || Date.now() >= untilMs ? kind : null;
  });
}

/** The same send once more, as a second worker would do it: no answer may prove anything, and one order stands. */
export function twiceCases(site: VenueSite, count: number): Case[] {
  return many(count, (index): Case => {
    const times = 2 + (index % 3);
    const answer = async (): Promise<string> => {
      const id = site.nextId();
      const kinds: string[] = [];
      for (const _ of many(times, (one) => one)) {
        const sent = await venueAt(site.peer.url, KEY, 'paper').send(anOrderOf(id, CRYPTO), soonMs());
        kinds.push(sent.kind);
      }
      return `${kinds.join(' ')}, ${held(site, id)} held`;
    };
    const expected = `accepted${' ambiguous'.repeat(times - 1)}, 1 held`;
    return { row: 'B6', input: { times, index }, expected, answer };
  });
}

type Race = { readonly what: string; readonly expected: string; readonly play: (site: VenueSite) => Promise<string> };

/** An order that rests at 90 while the price is 100, and then a cancel in each situation there is. */
const RACES: readonly Race[] = [
  { what: 'a resting order', expected: 'canceled CANCELED 0', play: (site) => cancelled(site, {}) },
  { what: 'the fill comes first', expected: 'tooLate FILLED 0.5', play: (site) => cancelled(site, { cancelRace: 1 }) },
  { what: 'a second cancel', expected: 'canceled CANCELED 0', play: (site) => cancelled(site, {}, 2) },
  { what: 'an order nobody sent', expected: 'notFound', play: cancelledUnsent },
  { what: 'the reply of the cancel is lost', expected: 'ambiguous, then CANCELED 0', play: cancelledBlind },
  { what: 'partly filled', expected: 'canceled CANCELED in part', play: cancelledInPart },
];

export const raceCases = (site: VenueSite, times: number): Case[] =>
  many(times, (round) =>
    RACES.map(
      ({ what, expected, play }): Case => ({ row: 'B7', input: { what, round }, expected, answer: () => play(site) }),
    ),
  ).flat();

async function cancelled(site: VenueSite, faults: object, times = 1): Promise<string> {
  const order = anOrderOf(site.nextId(), CRYPTO);
  const venue = venueAt(site.peer.url, KEY, 'paper');
  await venue.send(order, soonMs());
  site.peer.control.faults({ ...QUIET, ...faults });
  let told = '';
  for (const _ of many(times, (one) => one)) {
    const outcome = await venue.cancel(order);
    told = 'order' in outcome ? `${outcome.kind} ${outcome.order.state} ${outcome.order.quantityFilled}` : outcome.kind;
  }
  site.peer.control.faults(QUIET);
  return told;
}

async function cancelledUnsent(site: VenueSite): Promise<string> {
  return (await venueAt(site.peer.url, KEY, 'paper').cancel(anOrderOf(site.nextId(), CRYPTO))).kind;
}

async function cancelledBlind(site: VenueSite): Promise<string> {
  const order = anOrderOf(site.nextId(), CRYPTO);
  const venue = venueAt(site.peer.url, KEY, 'paper');
  const sent = await venue.send(order, soonMs());
  if (sent.kind !== 'accepted') return sent.kind;
  site.peer.control.faults({ ...QUIET, cutAfter: 1 });
  const outcome = await venue.cancel({ ...order, venueOrderId: sent.order.venueOrderId });
  site.peer.control.faults(QUIET);
  const look = await venue.lookUp(order.clientOrderId);
  return look.kind === 'found' ? `${outcome.kind}, then ${look.order.state} ${look.order.quantityFilled}` : look.kind;
}

async function cancelledInPart(site: VenueSite): Promise<string> {
  const order = anOrderOf(site.nextId(), { ...CRYPTO, limitPrice: '101' });
  const venue = venueAt(site.peer.url, KEY, 'paper');
  site.peer.control.faults({ ...QUIET, partial: 1 });
  await venue.send(order, soonMs());
  const outcome = await venue.cancel(order);
  site.peer.control.faults(QUIET);
  if (!('order' in outcome)) return outcome.kind;
  const filled = toDecimal(outcome.order.quantityFilled);
  return `${outcome.kind} ${outcome.order.state} ${filled.gt(0) && filled.lt('0.5') ? 'in part' : filled.toFixed()}`;
}
