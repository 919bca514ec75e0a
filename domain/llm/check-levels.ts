/**
 * Entry, stop and target of a model: whether they lie on the right sides of each other, whether the ratio that is told
 * follows from them, and whether they are near the market. They are suggestions; the desk places its own stop.
 */
import type { Side } from '../../schemas/decision.ts';
import { pathText } from '../../schemas/path-text.ts';
import { type Problem, problem } from '../../schemas/problem.ts';
import { sideOfWord } from './answer-action.ts';

type LevelContext = {
  readonly lastPrices?: Readonly<Record<string, number>>;
  readonly priceCollarFraction?: number;
  readonly heldSide?: Side;
};

type Path = readonly PropertyKey[];
type Fields = Readonly<Record<string, unknown>>;

const LEVELS = ['entryPrice', 'stopLossPrice', 'takeProfitPrice'] as const;
type Levels = Readonly<Record<(typeof LEVELS)[number], number | null>>;

const COLLAR = 0.05;
/** The ratio is told in few digits. */
const RATIO_TOLERANCE = 0.01;
const ROUNDING = 1e-12;

export function checkLevels(fields: Fields, path: Path, symbol: string | null, context: LevelContext): Problem[] {
  if (!LEVELS.some((name) => name in fields)) return [];
  const last = symbol === null ? null : (context.lastPrices?.[symbol] ?? null);
  const levels = {
    entryPrice: numberOf(fields.entryPrice),
    stopLossPrice: numberOf(fields.stopLossPrice),
    takeProfitPrice: numberOf(fields.takeProfitPrice),
  };
  const side = sideOfWord(fields.type ?? fields.action) || (context.heldSide ?? 0);
  return [
    ...collarProblems(levels, path, last, context.priceCollarFraction ?? COLLAR),
    ...orderProblems({ ...levels, entryPrice: levels.entryPrice ?? last }, path, side),
    ...ratioProblems(levels, numberOf(fields.riskRewardRatio), path),
  ];
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function collarProblems(levels: Levels, path: Path, last: number | null, collar: number): Problem[] {
  if (last === null) return [];
  return LEVELS.flatMap((name) => {
    const price = levels[name];
    if (price === null || Math.abs(price - last) <= (collar + ROUNDING) * last) return [];
    const expected = `within ${collar} of the last price ${last}`;
    return [problem('GATE_PRICE_COLLAR', pathText([...path, name]), price, expected)];
  });
}

/** Bought: stop < entry < target. Sold: the other way round. A level that is null is not compared. */
function orderProblems(levels: Levels, path: Path, side: Side): Problem[] {
  if (side === 0) return [];
  const { entryPrice, stopLossPrice, takeProfitPrice } = levels;
  const wrong: Problem[] = [];
  const refuse = (name: keyof Levels, expected: string) =>
    wrong.push(problem('LLM_LEVELS_INCONSISTENT', pathText([...path, name]), levels[name], expected));
  const [below, above] = side === 1 ? ['below', 'above'] : ['above', 'below'];
  const isBeyond = (a: number | null, b: number | null): boolean => a !== null && b !== null && !((b - a) * side > 0);
  if (isBeyond(stopLossPrice, entryPrice)) refuse('stopLossPrice', `${below} the entry ${entryPrice}`);
  if (isBeyond(entryPrice, takeProfitPrice)) refuse('takeProfitPrice', `${above} the entry ${entryPrice}`);
  if (entryPrice === null && isBeyond(stopLossPrice, takeProfitPrice)) {
    refuse('stopLossPrice', `${below} the target ${takeProfitPrice}`);
  }
  return wrong;
}

/** |target − entry| / |entry − stop|, where all three are told; of a stop at the entry there is none. */
function ratioProblems(
  { entryPrice, stopLossPrice, takeProfitPrice }: Levels,
  told: number | null,
  path: Path,
): Problem[] {
  if (told === null || entryPrice === null || stopLossPrice === null || takeProfitPrice === null) return [];
  const ratio = Math.abs(takeProfitPrice - entryPrice) / Math.abs(entryPrice - stopLossPrice);
  if (Number.isFinite(ratio) && Math.abs(told - ratio) <= RATIO_TOLERANCE * ratio + ROUNDING) return [];
  const at = pathText([...path, 'riskRewardRatio']);
  return [problem('LLM_LEVELS_INCONSISTENT', at, told, `${ratio.toPrecision(4)}, which follows from the levels`)];
}
