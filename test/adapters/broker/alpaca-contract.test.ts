/** The contract of a venue, held by the adapter of Alpaca against the test venue, which speaks its format. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { alpacaLiveConfig, alpacaPaperConfig } from '../../../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaLive, createAlpacaPaper } from '../../../adapters/broker/alpaca/alpaca-venue.ts';
import type { Venue } from '../../../adapters/broker/venue.ts';
import { toDecimal } from '../../../domain/decimal.ts';
import { startVenue } from '../../../scripts/lib/venue/start-venue.ts';
import { describeVenueContract, type Misbehaviour, type VenueHarness } from '../../contracts/venue-contract.ts';
import { settingsOf } from './alpaca-http-peer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-alpaca-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FAULTS: Readonly<Record<Misbehaviour, Record<string, unknown>>> = {
  cutBefore: { cutBefore: 1 },
  cutAfter: { cutAfter: 1 },
  garbage: { garbage: 1 },
  status429: { status: { '429': 1 } },
  status500: { status: { '500': 1 } },
  status503: { status: { '503': 1 } },
};

const NONE = { cutBefore: 0, cutAfter: 0, garbage: 0, status: {} };
let journals = 0;

async function openTestVenue(
  mode: 'paper' | 'live',
  idProfile: Venue['idProfile'],
  hasNumericIds: boolean,
): Promise<VenueHarness> {
  journals += 1;
  const isLive = mode === 'live';
  const credentials = [{ key: isLive ? 'AKVENUE' : 'PKVENUE', secret: 'venue-secret' }];
  const journal = path.join(folder, `journal-${journals}.jsonl`);
  const options = { journal, profile: idProfile, credentials, isLive, hasNumericIds, isStrict: true, tickMs: 0 };
  const peer = await startVenue(options);
  const settings = isLive
    ? settingsOf({ liveKey: 'AKVENUE:venue-secret', liveUrl: peer.url })
    : settingsOf({ paperUrl: peer.url });
  const venue = isLive
    ? createAlpacaLive(alpacaLiveConfig(settings, true), { idProfile })
    : createAlpacaPaper(alpacaPaperConfig(settings, true), { idProfile });
  return {
    venue,
    requests: () => peer.control.stats().requests,
    ordersOf: (clientOrderId) => JSON.stringify(peer.control.state()).split(`"${clientOrderId}"`).length - 1,
    setPrice: (symbol, price) => peer.control.price(symbol, toDecimal(price)),
    misbehave: (how) => void peer.control.faults(how === null ? NONE : { ...NONE, ...FAULTS[how] }),
    setClockSkew: (clockSkewMs) => void peer.control.faults({ clockSkewMs }),
    close: peer.close,
  };
}

describeVenueContract('alpaca paper, ids unique for life', () => openTestVenue('paper', 'lifetime-unique', false));

describeVenueContract('alpaca paper, ids unique among open orders, ids as JSON numbers', () =>
  openTestVenue('paper', 'open-only', true),
);

describeVenueContract('alpaca live', () => openTestVenue('live', 'lifetime-unique', false));
