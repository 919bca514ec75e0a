/** What the tools have in common: the ports they read through, what they answer, and how one says no. */
import type { KnownBarsRequest } from '../../../db/known-bars.ts';
import type { RiskLook, RiskLookRequest } from '../../../db/llm/risk-look.ts';
import type { DeskRules } from '../../../domain/engine/plan.ts';
import type { KnowledgePassage } from '../../../domain/llm/knowledge/shown-passage.ts';
import type { KnownBars } from '../../../domain/market/known-bars.ts';
import type { ToolRefusal, ToolScope } from '../../../schemas/llm/tool-call.ts';
import type { ArgumentsOf, ToolName } from '../../../schemas/llm/tools.ts';

/** News that was known at `asOfMs` and published in [fromMs, toMs]. */
export type NewsRequest = {
  /** null: the whole market. */
  readonly symbol: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly asOfMs: number;
};

export type NewsLook = {
  readonly label: 'positive' | 'neutral' | 'negative';
  /** −1 to 1. */
  readonly score: number;
  readonly itemCount: number;
  readonly sourceCount: number;
  readonly topics: readonly string[];
  readonly headlines: readonly string[];
  /** Published in time and known only after `asOfMs`: left out. */
  readonly withheldCount: number;
};

export type KnowledgeRequest = { readonly question: string; readonly limit: number; readonly asOfMs: number };

export type KnowledgeLook = {
  readonly passages: readonly KnowledgePassage[];
  /** Documents that match and bear a later date: left out. */
  readonly withheldCount: number;
};

export type ToolParts = {
  readonly bars: (request: KnownBarsRequest) => Promise<KnownBars>;
  readonly risk: (request: RiskLookRequest) => Promise<RiskLook>;
  readonly news: (request: NewsRequest) => Promise<NewsLook>;
  readonly knowledge: (request: KnowledgeRequest) => Promise<KnowledgeLook>;
  /** What backtests run under. */
  readonly rules: DeskRules;
};

export type ToolFindings = {
  /** Becomes JSON for the model. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What there was and was not known yet: for table `tool_calls`, never for the model. */
  readonly withheld: readonly string[];
};

export type Tool<Name extends ToolName> = (
  parts: ToolParts,
  asked: ArgumentsOf<Name>,
  scope: ToolScope,
) => Promise<ToolFindings>;

/** A tool's no. The message goes to the model: it names what was asked, never what there is. */
export class ToolRefused extends Error {
  override readonly name = 'ToolRefused';
  readonly code: ToolRefusal;
  constructor(code: ToolRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

/** The symbol that is meant. @throws ToolRefused TOOL_ARGS for one that this conversation is not about */
export function symbolMeant(name: string, { symbols, masks }: ToolScope): string {
  const meant = Object.hasOwn(masks, name) ? masks[name] : undefined;
  if (meant !== undefined) return meant;
  const isMasked = Object.keys(masks).length > 0;
  if (!isMasked && symbols.includes(name)) return name;
  const allowed = isMasked ? Object.keys(masks) : symbols;
  throw new ToolRefused('TOOL_ARGS', `symbol: got ${name}, expected one of ${allowed.join(', ')}`);
}

/** The instant that is meant; null in the arguments: `fallbackMs`. @throws ToolRefused TOOL_LOOK_AHEAD after `asOf` */
export function instantMeant(text: string | null, path: string, fallbackMs: number, { asOfMs }: ToolScope): number {
  const ms = text === null ? fallbackMs : Date.parse(text);
  if (ms <= asOfMs) return ms;
  throw new ToolRefused(
    'TOOL_LOOK_AHEAD',
    `${path}: got ${text}, expected ${new Date(asOfMs).toISOString()} or before`,
  );
}
