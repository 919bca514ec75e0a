/**
 * Random settings as a person might get them wrong: keys of the other mode, hosts of the other mode in every spelling,
 * one host or one key for both. Two ports stand for the venue: the settings name the live one as ALPACA_LIVE_URL.
 */
import { type Draw, drawFrom, many } from '../adversarial/draw.ts';

export type Ports = { readonly paper: number; readonly live: number };

export type Configuration = {
  /** As it stands in the environment of a process. */
  readonly raw: Readonly<Record<string, string>>;
  /** Whether the settings say which port is the live one; if not, only the venue itself can tell. */
  readonly isLivePortNamed: boolean;
};

const REAL = {
  paper: [
    'https://paper-api.alpaca.markets',
    'https://PAPER-API.alpaca.markets/',
    'https://paper-api.alpaca.markets./v2',
  ],
  live: [
    'https://api.alpaca.markets',
    'https://API.Alpaca.Markets',
    'https://api.alpaca.markets.',
    'https://api.alpaca.markets/v2/',
  ],
} as const;

/** Names and addresses of this machine; all of them reach a server that listens everywhere. */
const OWN_HOSTS = [
  '127.0.0.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '127.1',
  '127.0.0.2',
  '0.0.0.0',
  '0',
  '2130706433',
  '0x7f.1',
];
const OWN_HOSTS_6 = ['[::1]', '[::ffff:127.0.0.1]', '[::]', '[0:0:0:0:0:0:0:1]'];

const place = (draw: Draw, port: number): string =>
  `http://${draw.pick([...OWN_HOSTS, ...OWN_HOSTS_6])}:${port}${draw.pick(['', '/', '/v2', '/v2/'])}`;

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const isPaperKey = (keyId: string): boolean => /^pk/i.test(keyId);

/** Alpaca's shapes: PK… for paper, AK… for live. */
const keyOf = (draw: Draw, mode: 'paper' | 'live'): string => {
  const letters = mode === 'paper' ? 'PK' : 'AK';
  const keyId = `${letters}${draw.text(SIGNS, 18)}`;
  return `${draw.whole(0, 9) === 0 ? keyId.toLowerCase() : keyId}:${draw.text('abcdefXYZ123', 40)}`;
};

export function configurations(seed: number, count: number, ports: Ports): Configuration[] {
  const draw = drawFrom(seed, 'isolation');
  return many(count, () => configuration(draw, ports));
}

function configuration(draw: Draw, ports: Ports): Configuration {
  const keys = [keyOf(draw, 'paper'), keyOf(draw, 'live')] as const;
  const liveKey = draw.pick([keys[1], keys[1], keys[1], keys[0], null]);
  const paperKey = draw.pick([keys[0], keys[0], keys[0], keys[1], liveKey, null]);
  // The live port is where the settings say that live trading is; paper may be said to be anywhere.
  const isLivePortNamed = draw.whole(0, 4) > 0;
  const liveUrl = isLivePortNamed ? place(draw, ports.live) : draw.pick([...REAL.live, ...REAL.paper]);
  const paperUrl = draw.pick([
    place(draw, ports.paper),
    place(draw, ports.paper),
    place(draw, ports.live),
    draw.pick([...REAL.live, ...REAL.paper]),
    draw.pick([
      '',
      'not an address',
      'ftp://127.0.0.1',
      `http://user:pw@127.0.0.1:${ports.live}`,
      'http://169.254.169.254/',
    ]),
  ]);
  const given = {
    ALPACA_PAPER_KEY: paperKey,
    ALPACA_PAPER_URL: paperUrl,
    ALPACA_LIVE_KEY: liveKey,
    ALPACA_LIVE_URL: liveUrl,
    QUARTERDECK_ALLOW_LOOPBACK: draw.whole(0, 9) === 0 ? '0' : '1',
  };
  const raw = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  return { raw, isLivePortNamed };
}
