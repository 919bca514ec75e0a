/** Paper and live at Alpaca never mix, and its key is never shown. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { alpacaLiveConfig, alpacaPaperConfig } from '../../../adapters/broker/alpaca/alpaca-config.ts';
import { createAlpacaLive, createAlpacaPaper } from '../../../adapters/broker/alpaca/alpaca-venue.ts';
import { identityProblems } from '../../../adapters/broker/venue-identity.ts';
import { anOrder, soonMs } from '../../contracts/venue-contract.ts';
import { codesOf } from '../../problems-of.ts';
import {
  aPeer,
  closePeers,
  LIVE_HOST,
  PAPER_HOST,
  paperAt,
  SHARE,
  saying,
  settingsOf,
  wireOrder,
} from './alpaca-http-peer.ts';

afterEach(closePeers);

describe('paper and live', () => {
  it('never mix: of 10,000 wrong set-ups none makes an adapter, and no request reaches the live host', async () => {
    const live = await aPeer(saying(200, wireOrder()));
    const paper = await aPeer(saying(200, wireOrder()));
    const port = new URL(live.url).port;
    const liveNames = [
      live.url,
      `${live.url}/`,
      `${live.url}/v2`,
      `http://localhost:${port}`,
      `http://127.0.0.9:${port}`,
    ];
    const wrongHost = fc.record({
      paperUrl: fc.constantFrom(
        ...liveNames,
        LIVE_HOST,
        'https://API.Alpaca.Markets./',
        'https://api.alpaca.markets/v2',
      ),
      paperKey: fc.constantFrom('PKVENUE:venue-secret', 'some:key'),
      liveUrl: fc.constantFrom(...liveNames),
      liveKey: fc.constantFrom(null, 'AKVENUE:venue-secret'),
    });
    const wrongKey = fc
      .record({
        paperUrl: fc.constantFrom(paper.url, PAPER_HOST),
        paperKey: fc.constantFrom('PKSAME:venue-secret', 'same:key'),
        liveUrl: fc.constantFrom(...liveNames),
        liveKey: fc.constantFrom('PKSAME:venue-secret', 'PKVENUE:other', 'same:key', 'same:other'),
      })
      .filter(({ paperKey, liveKey }) => liveKey.startsWith('PK') || paperKey.startsWith('same'));
    const sends: Promise<unknown>[] = [];
    let mismatches = 0;
    fc.assert(
      fc.property(fc.oneof(wrongHost, wrongKey), fc.boolean(), (settings, isLive) => {
        const make = (): void => {
          const venue = isLive
            ? createAlpacaLive(alpacaLiveConfig(settings, true))
            : createAlpacaPaper(alpacaPaperConfig(settings, true));
          sends.push(venue.send(anOrder(SHARE), soonMs()));
        };
        const codes = codesOf(make);
        if (codes.some((code) => code.startsWith('CONFIG_MODE_HOST_MISMATCH'))) mismatches += 1;
        expect(codes).not.toEqual([]);
      }),
      { numRuns: 10_000 },
    );
    await Promise.all(sends);
    expect(mismatches).toBe(10_000);
    expect(live.seen.length).toBe(0);
  });

  it('list all that is wrong at once', () => {
    const settings = settingsOf({ paperUrl: LIVE_HOST, liveUrl: 'http://10.0.0.1', liveKey: 'PKX1:other' });
    expect(codesOf(() => createAlpacaPaper(alpacaPaperConfig(settings, false)))).toEqual([
      'CONFIG_MODE_HOST_MISMATCH ALPACA_PAPER_URL',
      'CONFIG_URL_BLOCKED ALPACA_LIVE_URL',
      'CONFIG_MODE_HOST_MISMATCH ALPACA_LIVE_KEY',
    ]);
    expect(codesOf(() => createAlpacaLive(alpacaLiveConfig(settingsOf(), false)))).toEqual([
      'CONFIG_REQUIRED ALPACA_LIVE_KEY',
    ]);
    const badKey = settingsOf({ paperKey: 'no secret here' });
    expect(codesOf(() => createAlpacaPaper(alpacaPaperConfig(badKey, false)))).toEqual([
      'CONFIG_VALUE ALPACA_PAPER_KEY',
    ]);
  });

  it('are told by the account itself, and the account is the one that was known', async () => {
    const account = { id: 'acc-1', account_number: '123456789', cash: '1', currency: 'USD' };
    const peer = await aPeer(saying(200, account));
    const told = await identityProblems(paperAt(peer.url), 'acc-0');
    expect(told.map(({ code }) => code)).toEqual(['CONFIG_MODE_HOST_MISMATCH', 'VENUE_ACCOUNT_CHANGED']);
    const paper = await aPeer(saying(200, { ...account, account_number: 'PA3XYZ12345' }));
    expect(await identityProblems(paperAt(paper.url), 'acc-1')).toEqual([]);
    const settings = settingsOf({ liveKey: 'AKVENUE:venue-secret', liveUrl: paper.url });
    const live = createAlpacaLive(alpacaLiveConfig(settings, true));
    expect((await identityProblems(live, null)).map(({ code }) => code)).toEqual(['CONFIG_MODE_HOST_MISMATCH']);
    const closed = await aPeer(saying(401, { message: 'request is not authorized' }));
    expect((await identityProblems(paperAt(closed.url), null)).map(({ code }) => code)).toEqual(['VENUE_UNREACHABLE']);
  });
});

describe('the key of Alpaca', () => {
  it('is in no outcome, message or shown adapter, even when the venue repeats it', async () => {
    const keyId = 'PKCANARY0001';
    const secret = 'canary/secret+0002';
    const forms = [keyId, secret, encodeURIComponent(secret), btoa(secret), btoa(`${keyId}:${secret}`)];
    const settings = { paperKey: `${keyId}:${secret}` };
    const echo = forms.join(' ');
    const texts: string[] = [];
    for (const status of [200, 401, 403, 404, 422, 429, 500]) {
      const peer = await aPeer(saying(status, { code: 40310000, message: `bad key ${echo}` }));
      const venue = paperAt(peer.url, {}, settings);
      texts.push(inspect(venue, { depth: 9 }), JSON.stringify(venue));
      for (const outcome of [
        await venue.send(anOrder(SHARE), soonMs()),
        await venue.cancel(anOrder({ venueOrderId: 'v' })),
      ]) {
        texts.push(inspect(outcome));
      }
      if (status !== 429) texts.push(inspect(await venue.lookUp('x')), inspect(await venue.openOrders()));
    }
    const wrong = settingsOf({
      paperKey: `${keyId} ${secret}`,
      paperUrl: `http://${keyId}:${encodeURIComponent(secret)}@x`,
    });
    try {
      createAlpacaPaper(alpacaPaperConfig(wrong, true));
    } catch (error) {
      texts.push(inspect(error, { depth: 9 }));
    }
    expect(texts.length).toBe(7 * 4 + 6 * 2 + 1);
    for (const text of texts) for (const form of forms) expect(text).not.toContain(form);
  });
});
