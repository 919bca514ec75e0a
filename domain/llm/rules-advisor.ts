/**
 * The advisor of provider `rules`: no key, no network, no chance. It answers every contract out of features and
 * figures alone, says plainly where it has nothing to say, and prints no number that was not given to it. The
 * same facts, the same answer, on every machine.
 */
import type { AnswerOf, ContractName } from '../../schemas/llm/contracts/index.ts';
import { DESK_ANSWERS } from './rules-desk.ts';
import { type RulesAnswers, rulesFactsOf } from './rules-facts.ts';
import { MARKET_ANSWERS } from './rules-market.ts';
import { STRATEGY_ANSWERS } from './rules-strategy.ts';

const ANSWERS: RulesAnswers = { ...MARKET_ANSWERS, ...STRATEGY_ANSWERS, ...DESK_ANSWERS };

/** The answer of the rules to a question with these variables (see `rules-facts.ts`). */
export function rulesAnswer<Name extends ContractName>(
  contract: Name,
  variables: Readonly<Record<string, unknown>>,
): AnswerOf<Name> {
  return ANSWERS[contract](rulesFactsOf(variables));
}
