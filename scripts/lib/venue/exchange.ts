/** What serves a request, the request with its answer, and how an answer is written. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Control, VenueStats } from './control.ts';
import type { Engine } from './engine.ts';
import type { Reply } from './reply.ts';

export type Access = { readonly key: string; readonly secret: string; readonly account: string };

export type Service = {
  readonly engine: Engine;
  readonly control: Control;
  readonly stats: VenueStats;
  readonly accesses: readonly Access[];
  /** Ids as JSON numbers, as venues do whose ids a double cannot hold. */
  readonly hasNumericIds: boolean;
};

export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL };

const LONG_ID = /"(id|order_id)":"(\d{20})"/g;

export function send(service: Service, exchange: Exchange, { status, body, events }: Reply): void {
  const isStream = events !== undefined;
  const text = isStream ? events.map(eventText).join('') : body === undefined ? '' : JSON.stringify(body);
  const shown = service.hasNumericIds ? text.replace(LONG_ID, '"$1":$2') : text;
  write(service, exchange, status, isStream ? 'text/event-stream' : 'application/json; charset=UTF-8', shown);
}

const eventText = (event: unknown): string => `data: ${JSON.stringify(event)}\n\n`;

export function write({ engine }: Service, { response }: Exchange, status: number, type: string, text: string): void {
  response.statusCode = status;
  response.setHeader('Date', new Date(Date.now() + engine.faults.rates().clockSkewMs).toUTCString());
  response.setHeader('X-Venue-Mode', engine.settings.mode);
  if (text !== '') response.setHeader('Content-Type', type);
  response.end(text);
}
