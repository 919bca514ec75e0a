/**
 * `/control/…`: the drill's side of the venue, over loopback only and without a key. POST bodies are JSON objects;
 * unknown fields are errors. Answers are `{"ok":true,…}`, refusals `{"ok":false,"problems":[…]}` with status 400.
 */
import { z } from 'zod';
import { type Decimal, toDecimal } from '../../../domain/decimal.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import type { Control } from './control.ts';
import { faultRatesSchema } from './faults.ts';
import { ok, type Reply, refuse } from './reply.ts';
import { orderToWire } from './wire.ts';

const decimal = z
  .union([z.string().regex(/^-?\d+(\.\d+)?$/), z.number()])
  .transform((value): Decimal => toDecimal(value));
const positive = decimal.refine((value) => value.gt(0), 'a number above 0');
const account = z.string().optional();

const priceBody = z.union([
  z.strictObject({ symbol: z.string(), price: positive }),
  z.strictObject({ symbol: z.string(), walk: z.literal(true) }).transform(({ symbol }) => ({ symbol, price: null })),
]);
const positionBody = z.strictObject({
  symbol: z.string(),
  quantity: decimal,
  averagePrice: positive.optional(),
  account,
});
const cashBody = z.strictObject({ cash: decimal, account });
const orderBody = z.looseObject({ account });
const bustBody = z.strictObject({ tradeId: z.string(), price: positive.optional(), account });
const expireBody = z.strictObject({ id: z.string().optional(), account });
const faultsBody = faultRatesSchema.partial();
const emptyBody = z.strictObject({});

type Answer = (control: Control, body: unknown) => Reply;

const done = (more: object = {}): Reply => ok({ ok: true, ...more });

const ANSWERS: Readonly<Record<string, Answer>> = {
  'GET state': (control) => done(control.state()),
  'GET stats': (control) => done(control.stats()),
  'GET faults': (control) => done({ faults: control.faults() }),
  'POST faults': withBody(faultsBody, (control, change) => {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    return done({ faults: control.faults(Object.fromEntries(given)) });
  }),
  'POST price': withBody(priceBody, (control, { symbol, price }) => {
    control.price(symbol, price);
    return done();
  }),
  'POST position': withBody(positionBody, (control, body) => {
    control.position(body.symbol, body.quantity, body.averagePrice ?? null, body.account);
    return done();
  }),
  'POST cash': withBody(cashBody, (control, body) => {
    control.cash(body.cash, body.account);
    return done();
  }),
  'POST order': withBody(orderBody, (control, { account: number, ...order }) => {
    const placed = control.order(order, number);
    return 'code' in placed ? refuse(placed) : done({ order: orderToWire(placed) });
  }),
  'POST bust': withBody(bustBody, (control, body) =>
    done({ executionId: control.bust(body.tradeId, body.price ?? null, body.account) }),
  ),
  'POST expire': withBody(expireBody, (control, body) =>
    done({ expired: control.expire(body.id ?? null, body.account) }),
  ),
  'POST tick': withBody(emptyBody, (control) => {
    control.tick();
    return done();
  }),
};

/** Null when there is no such endpoint. */
export function answerControl(control: Control, method: string, name: string, body: unknown): Reply | null {
  return ANSWERS[`${method} ${name}`]?.(control, body) ?? null;
}

function withBody<Body>(schema: z.ZodType<Body>, answer: (control: Control, body: Body) => Reply): Answer {
  return (control, body) => {
    const read = schema.safeParse(body);
    if (!read.success) return { status: 400, body: { ok: false, problems: read.error.issues.map(toProblem) } };
    try {
      return answer(control, read.data);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return { status: 400, body: { ok: false, problems: error.problems } };
    }
  };
}

const toProblem = ({ path, message }: z.core.$ZodIssue): Problem =>
  problem('CONTROL_INVALID', path.join('.'), undefined, 'a body as docs/face.md has it', '', message);
