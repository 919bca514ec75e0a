/**
 * What the vendors' peers of the tests share: a server on loopback that tells the time of a clock of its own, holds
 * bars and a quote, writes numbers as JSON numbers or as texts, and misbehaves when told to.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pour } from '../pour.ts';

export const HOUR = 3_600_000;
/** Cells are written into the answer as they stand here; null and words too. */
export type PeerBar = { readonly t: number; readonly cells: readonly (string | null)[] };
export type PeerFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** echo: a refusal that repeats what was sent. busy: an error of Kraken's, with HTTP 200. */
  | { readonly kind: 'cut' | 'silent' | 'html' | 'endless' | 'notTheTopic' | 'noDate' | 'echo' | 'busy' };
export type PeerClock = { nowMs: number };
/** The time of this machine, for processes that have no other. */
export const wallClock = (): PeerClock => ({
  get nowMs() {
    return Date.now();
  },
});
/** What is wrong with the pages of bars, from now on. */
export type PageFault = 'none' | 'overlap' | 'reviseAtBorder' | 'emptyInside' | 'backwards' | 'sameToken' | 'shuffled';

export type PeerState = {
  readonly clock: PeerClock;
  bars: PeerBar[];
  /** bid, its size, ask, its size. */
  quote: readonly (string | null)[];
  quoteAtMs: number;
  symbolTold: string | null;
  /** The exchange does not tell its symbols. */
  listFails: boolean;
  pageSize: number;
  pageFault: PageFault;
  asText: boolean;
  /** Applied to the next requests for bars and quotes, one each; the last one stays when `keepsFault`. */
  faults: PeerFault[];
  keepsFault: boolean;
  /** From this request on nothing is answered. */
  quietFrom: number;
  skewMs: number;
  readonly asked: { readonly path: string; readonly atMs: number; readonly headers: IncomingMessage['headers'] }[];
};
export type PeerReply = { readonly status: number; readonly body: string };
export type MarketPeer = { readonly url: string; readonly state: PeerState; readonly close: () => Promise<void> };

/** `answer` gives null for a path that is not there. `free`: paths on which faults never fall. */
export async function startMarketPeer(
  clock: PeerClock,
  answer: (url: URL, state: PeerState) => PeerReply | null,
  free: (path: string) => boolean,
): Promise<MarketPeer> {
  const state: PeerState = {
    clock,
    bars: [],
    quote: ['100.5', '3', '100.75', '4'],
    quoteAtMs: clock.nowMs - 250,
    symbolTold: null,
    listFails: false,
    pageSize: 7,
    pageFault: 'none',
    asText: false,
    faults: [],
    keepsFault: false,
    quietFrom: Number.POSITIVE_INFINITY,
    skewMs: 0,
    asked: [],
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://peer');
    state.asked.push({ path: request.url ?? '', atMs: clock.nowMs, headers: request.headers });
    response.sendDate = false;
    response.setHeader('date', new Date(clock.nowMs + state.skewMs).toUTCString());
    if (state.asked.length >= state.quietFrom) return;
    const fault = free(url.pathname) ? undefined : nextFault(state);
    if (fault === undefined) send(response, answer(url, state));
    else if (fault.kind === 'echo') send(response, { status: 401, body: JSON.stringify(request.headers) });
    else misbehave(response, fault);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function nextFault(state: PeerState): PeerFault | undefined {
  return state.keepsFault && state.faults.length === 1 ? state.faults[0] : state.faults.shift();
}

function send(response: ServerResponse, reply: PeerReply | null): void {
  response.statusCode = reply?.status ?? 404;
  response.setHeader('content-type', 'application/json');
  response.end(reply?.body ?? '{"message":"no such path"}');
}

function misbehave(response: ServerResponse, fault: PeerFault): void {
  if (fault.kind === 'status') {
    if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
    send(response, { status: fault.status, body: '{"code":1,"msg":"told to fail"}' });
  } else if (fault.kind === 'html') {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Maintenance</title>');
  } else if (fault.kind === 'busy') send(response, { status: 200, body: '{"error":["EGeneral:Too many requests"]}' });
  else if (fault.kind === 'notTheTopic') send(response, { status: 200, body: '{"weather":"fine"}' });
  else if (fault.kind === 'noDate') {
    response.removeHeader('date');
    response.end('[]');
  } else if (fault.kind === 'cut') {
    response.setHeader('content-length', '5000');
    response.write('[{"t":');
    setTimeout(() => response.destroy(), 5);
  } else if (fault.kind === 'endless') pour(response);
}

/** Bars with `fromMs` <= stamp <= `toMs` that have opened by the peer's clock, the unfinished one among them. */
export const barsBetween = ({ bars, clock }: PeerState, fromMs: number, toMs: number): PeerBar[] =>
  bars.filter(({ t }) => t >= fromMs && t <= toMs && t <= clock.nowMs + 30 * HOUR && isTold(t, clock));

/** A bar from the future is told only where a test has put it far ahead. */
const isTold = (t: number, clock: PeerClock): boolean => t <= clock.nowMs || t > clock.nowMs + 20 * HOUR;

/** One cell as JSON: a number, a text, or null. */
export function cell(text: string | null, asText: boolean): string {
  if (text === null) return 'null';
  return asText || !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? JSON.stringify(text) : text;
}

/** Hour bars from `fromMs` on, with values that differ from each other and keep within half a percent. */
export const hourBars = (fromMs: number, count: number): PeerBar[] =>
  Array.from({ length: count }, (_, i) => ({
    t: fromMs + i * HOUR,
    cells: [`${100 + (i % 3)}.25`, `${104 + (i % 2)}`, '98.5', `${101 + (i % 3)}.125`, `${10 + i}`],
  }));
