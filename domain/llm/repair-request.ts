/**
 * The one request that may follow an answer which failed: what was wrong, and nothing new. It never says what to
 * decide, quotes nothing of the refused text beyond the short `got` of a problem, and raises no limit.
 */
import { CONTRACTS, type ContractName } from '../../schemas/llm/contracts/index.ts';
import type { Problem } from '../../schemas/problem.ts';

const PROBLEMS_TOLD_MAX = 10;

/**
 * Failures that asking again in other words cannot mend: a refusal is an answer, and an endless one would come again.
 */
const FINAL_CODES = ['LLM_REFUSED', 'LLM_TOO_LARGE', 'LLM_TOO_DEEP'];

export const isRepairable = (problems: readonly Problem[]): boolean =>
  problems.length > 0 && !problems.some(({ code }) => FINAL_CODES.includes(code));

/** The text of the user turn that asks for a repair. */
export function repairRequest(name: ContractName, problems: readonly Problem[]): string {
  const told = problems.slice(0, PROBLEMS_TOLD_MAX).map(lineOf);
  const rest = problems.length - told.length;
  return [
    `Your answer was not accepted. It must be one JSON object of the contract ${name}, ` +
      `version ${CONTRACTS[name].version}, alone or in one fenced block.`,
    'What was wrong with it:',
    ...told,
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    'Answer again with the whole object. Do not change your opinion for the sake of the format; ' +
      'null is allowed where a field may be null.',
  ].join('\n');
}

const lineOf = ({ code, path, got, expected, hint }: Problem): string =>
  `- ${code}${path === '' ? '' : ` at ${path}`}: got ${got}, expected ${expected}${hint === '' ? '' : ` (${hint})`}`;
