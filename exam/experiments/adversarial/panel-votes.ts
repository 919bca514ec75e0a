/** Rows 51 and 52: panels with too few usable votes, and panels that are split evenly. Actions and shares are drawn. */
import { consensus, type ModelVote } from '../../../domain/llm/consensus.ts';
import type { Case } from './case.ts';
import { type Draw, drawFrom, many } from './draw.ts';

type Panel = { readonly row: string; readonly votes: readonly ModelVote[]; readonly expected: string };

const CODES = ['LLM_NOT_JSON', 'LLM_REFUSED', 'LLM_TRUNCATED', 'PROVIDER_DOWN', 'LLM_RANGE', 'BUDGET_EXHAUSTED'];
const hundredths = (draw: Draw): number => draw.whole(1, 100) / 100;

const vote = (draw: Draw, model: string, action: ModelVote['action']): ModelVote => ({
  ...{ model, action, confidence: hundredths(draw), accuracy: hundredths(draw) },
});
const mute = (draw: Draw, model: string): ModelVote => ({
  ...{ model, action: null, confidence: 0, accuracy: hundredths(draw), reason: draw.pick(CODES) },
});

/** Votes that only look like some: no number, or out of range. */
const broken = (draw: Draw, model: string): ModelVote => ({
  ...vote(draw, model, draw.pick(['buy', 'sell', 'hold'])),
  ...draw.pick([
    { confidence: 75 },
    { confidence: Number.NaN },
    { accuracy: 0 },
    { confidence: -0.1 },
    { accuracy: 2 },
  ]),
});

function tooFew(draw: Draw): Panel {
  const asked = draw.whole(2, 6);
  const valid = draw.whole(0, 1);
  const votes = many(asked, (index) => {
    const model = `model-${index}`;
    if (index < valid) return vote(draw, model, draw.pick(['buy', 'sell', 'hold']));
    return draw.pick([mute, broken])(draw, model);
  });
  return { row: '51', votes: shuffled(draw, votes), expected: `hold, CONSENSUS_QUORUM ${valid} of ${asked}` };
}

/** Each buyer has a seller of the same weight; some more give no answer. */
function split(draw: Draw): Panel {
  const pairs = many(draw.whole(1, 3), (index) => {
    const buyer = vote(draw, `a-${index}`, 'buy');
    return [buyer, { ...buyer, model: `b-${index}`, action: 'sell' as const }];
  });
  const silent = many(draw.whole(0, 2), (index) => mute(draw, `c-${index}`));
  return { row: '52', votes: shuffled(draw, [...pairs.flat(), ...silent]), expected: 'hold, TIE' };
}

function shuffled<T>(draw: Draw, items: readonly T[]): T[] {
  const keyed = items.map((item) => [draw.whole(0, 1e9), item] as const);
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
}

export function panelCases(seed: number, size: number): Case[] {
  return Object.entries({ tooFew, split }).flatMap(([name, make]) => {
    const draw = drawFrom(seed, `panel ${name}`);
    return many(size, () => byConsensus(make(draw)));
  });
}

const byConsensus = ({ row, votes, expected }: Panel): Case => ({
  ...{ row, expected },
  input: JSON.stringify(votes, (_, value: unknown) => (Number.isNaN(value) ? 'NaN' : value)),
  answer: async () => {
    const { action, confidence, sizeFactor, detail } = consensus(votes);
    return confidence === 0 && sizeFactor === 0 ? `${action}, ${detail}` : `${action} at ${confidence}`;
  },
});
