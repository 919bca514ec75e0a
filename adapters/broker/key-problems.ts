import { ALPACA_KEY_EXPECTED, ALPACA_KEY_PATTERN } from '../../schemas/alpaca-settings.ts';
import { type Problem, problem } from '../../schemas/problem.ts';

/** What is wrong with a venue's key in the setting `name`; every venue takes `ID:SECRET`. The key is never shown. */
export function keyProblems(name: string, key: string | null): Problem[] {
  if (key === null) return [problem('CONFIG_REQUIRED', name, undefined, ALPACA_KEY_EXPECTED)];
  if (ALPACA_KEY_PATTERN.test(key)) return [];
  return [problem('CONFIG_VALUE', name, `${key.length} signs`, ALPACA_KEY_EXPECTED)];
}
