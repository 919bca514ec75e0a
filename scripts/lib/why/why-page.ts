/** The page of `npm run why`, as text for a terminal: what was decided, who said what, who refused, what was done. */
import type { Why } from '../../../db/llm/why.ts';
import type { JsonObject } from '../../../db/tables.ts';
import { onScreen } from '../on-screen.ts';

type Contribution = { component?: unknown; side?: unknown; confidence?: unknown; weight?: unknown; reasons?: unknown };

export function whyPage(why: Why): string {
  const { decision } = why;
  const contributions = (decision.contributions ?? []) as readonly Contribution[];
  const lines = [
    `${shown(decision.symbol)} ${shown(decision.action)} at ${shown(decision.as_of)}  (${shown(decision.decision_id)})`,
    `confidence ${shown(decision.confidence)}, coverage ${shown(decision.coverage)}, ` +
      `agreement ${shown(decision.agreement)}, size ${shown(decision.size_fraction)}, ` +
      `policy ${shown(decision.policy_version)}`,
    ...(decision.no_decision === null ? [] : [`no decision: ${shown(decision.no_decision)}`]),
    ...part('votes', contributions.map(voteLine)),
    ...part('leverage', leverageLines((decision.inputs as JsonObject | null)?.leverage)),
    ...part('models', why.modelCalls.map(callLine)),
    ...part('risks', riskLines(why.assessment)),
    ...part('tools', why.toolCalls.map(fieldsLine(['tool', 'as_of', 'refused']))),
    ...part('refusals', why.refusals.map(fieldsLine(['stage', 'rule', 'message']))),
    ...part('approval', why.approval === null ? [] : [fieldsLine(['state', 'decided_by', 'reason'])(why.approval)]),
    ...part(
      'orders',
      why.orders.map(fieldsLine(['clientOrderId', 'leg', 'side', 'quantity', 'filled', 'state', 'venue'])),
    ),
    ...part('fills', why.fills.map(fieldsLine(['at', 'side', 'quantity', 'price', 'fee', 'clientOrderId']))),
    ...part('trades', why.trades.map(fieldsLine(['tradeId', 'pnlNet', 'fees', 'exitReason', 'closedAt']))),
  ];
  return `${lines.join('\n')}\n`;
}

/** What could go wrong with a proposal, by the rules and by a model that was asked too. */
function riskLines(assessment: Why['assessment']): string[] {
  if (assessment === null) return [];
  const { rules, model } = assessment;
  const said = (by: string, answer: unknown): string[] => {
    const told = (answer ?? {}) as JsonObject;
    const concerns = listOf(told.concerns).map((one) => `  beware: ${shown(one)}`);
    return [`${by}: ${fieldsLine(['riskLevel', 'recommendation', 'confidence', 'rationale'])(told)}`, ...concerns];
  };
  return [...(rules === null ? [] : said('rules', rules)), ...(model === null ? [] : modelLines(model, said))];
}

function modelLines(outcome: JsonObject, said: (by: string, answer: unknown) => string[]): string[] {
  if (outcome.kind === 'noDecision') return [`no model: ${shown(outcome.reason)}, ${shown(outcome.detail)}`];
  return said(`${shown(outcome.model)} (${shown(outcome.provider)})`, outcome.value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What the leverage manager made of an entry, or of a position that is held; nothing where it does not speak. */
function leverageLines(note: unknown): string[] {
  if (typeof note !== 'object' || note === null) return [];
  const told = note as JsonObject;
  const figures = ['action', 'leverage', 'leverageCap', 'worstCaseLossUsd', 'liquidationPrice', 'marginRatio'];
  const said = [...listOf(told.reasoning), ...listOf(told.warnings).map((one) => `beware: ${String(one)}`)];
  return [fieldsLine(figures)(told), ...said.map(shown)];
}

const part = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

const voteLine = ({ component, side, confidence, weight, reasons }: Contribution): string =>
  `${shown(component)}: side ${shown(side)}, confidence ${shown(confidence)}, weight ${shown(weight)}` +
  `${Array.isArray(reasons) && reasons.length > 0 ? `; ${reasons.map(shown).join('; ')}` : ''}`;

const callLine = (call: JsonObject): string =>
  `${shown(call.model)} (${shown(call.provider)}), prompt ${shown(call.prompt)}, ${shown(call.step)}: ` +
  `${shown(call.outcome)}, ${shown(call.costMicroUsd)} micro-USD${call.cached === true ? ', from the cache' : ''}` +
  `${call.contaminated === true ? ', contaminated' : ''}` +
  `${call.policyVerdict === null ? '' : `, policy ${shown(call.policyVerdict)}`}` +
  `  [${shown(call.responseRef).slice(0, 12)}]`;

const fieldsLine =
  (names: readonly string[]) =>
  (row: JsonObject): string =>
    names
      .flatMap((name) => (row[name] === null || row[name] === undefined ? [] : [`${name} ${shown(row[name])}`]))
      .join(', ');

const shown = (value: unknown): string => onScreen(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
