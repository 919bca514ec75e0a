/**
 * The faults around one request: before its effect and after it. Each answers whether the request is over with that.
 */
import { type Exchange, type Service, send, write } from './exchange.ts';
import { refuse } from './reply.ts';
import { refusal } from './venue-order.ts';

export function failsBefore(service: Service, exchange: Exchange, isEffect: boolean): boolean {
  const { faults } = service.engine;
  if (faults.happens(isEffect ? 'cutBefore' : 'cutRead')) {
    if (isEffect) service.stats.effectsCutBefore += 1;
    exchange.request.socket.resetAndDestroy();
    return true;
  }
  return fakesStatus(service, exchange, faults.statusBefore());
}

export function failsAfter(service: Service, exchange: Exchange, isEffect: boolean): boolean {
  const { faults } = service.engine;
  if (isEffect && faults.happens('cutAfter')) {
    service.stats.repliesCut += 1;
    exchange.request.socket.resetAndDestroy();
    return true;
  }
  if (fakesStatus(service, exchange, faults.statusAfter())) return true;
  if (!faults.happens('garbage')) return false;
  service.stats.garbage += 1;
  const isPage = faults.uniform('garbageKind') < 0.5;
  const type = isPage ? 'text/html' : 'application/json';
  write(service, exchange, 200, type, isPage ? '<html><body>502 Bad Gateway</body></html>' : '{"id":"1790');
  return true;
}

function fakesStatus(service: Service, exchange: Exchange, status: number | null): boolean {
  if (status === null) return false;
  service.stats.statusesFaked += 1;
  send(service, exchange, refuse(refusal(status, status * 100_000, `the venue answers ${status}`)));
  return true;
}
