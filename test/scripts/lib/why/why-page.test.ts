/** The page of `npm run why` shows what models wrote, and nothing of it acts on the terminal. */
import { expect, it } from 'vitest';
import { whyPage } from '../../../../scripts/lib/why/why-page.ts';

it('lets no control character of a vote onto the screen', () => {
  const hostile = 'calm\u001b[2J\u202e evil\u0007\u2028next';
  const contributions = [{ component: 'llm', side: 1, confidence: 0.9, weight: 0.1, reasons: [hostile, hostile] }];
  const nothing = {
    ...{ modelCalls: [], toolCalls: [], refusals: [], approval: null, orders: [], fills: [], trades: [] },
    assessment: { rules: null, model: { kind: 'answer', model: 'm', provider: 'p', value: { rationale: hostile } } },
  };
  const page = whyPage({ decision: { symbol: 'A', action: hostile, contributions, no_decision: null }, ...nothing });
  expect(page).toContain('calm [2J  evil next; calm');
  expect(page).toContain('m (p): rationale calm [2J  evil next');
  expect(page).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});
