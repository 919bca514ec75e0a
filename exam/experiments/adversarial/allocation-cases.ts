/** Row 59: bounds that no allocation can keep, asked of what `npm run calc -- allocate` calls. Bounds are whole percents. */
import type { Problem } from '../../../schemas/problem.ts';
import { calculationNamed } from '../../../scripts/lib/calc/catalogue.ts';
import { type Case, refusalOf } from './case.ts';
import { drawFrom, many } from './draw.ts';

type Bounds = { readonly count: number; readonly least: number; readonly most: number; readonly cashAllowed: boolean };

const TABLE: Bounds = { count: 2, least: 5, most: 40, cashAllowed: false };
const tell = ({ code, path, got }: Problem): string => `${code} ${path} ${got}`;

export function allocationCases(seed: number, count: number): Case[] {
  const draw = drawFrom(seed, 'allocation');
  const tooLittle = (): Bounds => {
    const strategies = draw.whole(1, 9);
    const most = draw.whole(6, Math.ceil(100 / strategies) - 1);
    return { count: strategies, least: draw.whole(0, 5), most, cashAllowed: false };
  };
  const tooMuch = (): Bounds => {
    const strategies = draw.whole(3, 40);
    const least = draw.whole(Math.floor(100 / strategies) + 1, 50);
    return { count: strategies, least, most: draw.whole(least, 100), cashAllowed: draw.pick([true, false]) };
  };
  return [TABLE, ...many(count, () => draw.pick([tooLittle, tooMuch])())].map(caseOf);
}

function caseOf({ count, least, most, cashAllowed }: Bounds): Case {
  const scores = many(count, (index) => index + 1);
  const document = { scores, minFraction: least / 100, maxFraction: most / 100, cashAllowed };
  const shown = count * least > 100 ? `${(count * least) / 100} > 1` : `${(count * most) / 100} < 1`;
  return {
    row: '59',
    input: document,
    expected: `ALLOC_INFEASIBLE weights "${shown}"`,
    answer: () => refusalOf(() => calculationNamed('allocate').run(document), tell),
  };
}
