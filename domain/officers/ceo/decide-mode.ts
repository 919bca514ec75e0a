/**
 * The CEO's decision, pure. It tightens at once and to any depth. It loosens by one step, when the rule of the mode it
 * is in has been clear (by points and drawdown) for some evaluations and a cool-down has passed since the last switch.
 */
import type { CeoDecision, CeoInputs, CeoMemory } from '../../../schemas/officers/ceo-decision.ts';
import { MODES_LOOSE_TO_TIGHT, type PolicySettings, rankOf } from '../../../schemas/officers/policy-store.ts';
import { firstMatch } from './rules.ts';

/** What of the policy the CEO decides by. */
export type CeoPolicy = {
  readonly ceo: PolicySettings['ceo'];
  readonly officers: Pick<PolicySettings['officers'], 'cooldownMs'>;
};

export type DecidedMode = { readonly decision: CeoDecision; readonly memory: CeoMemory };

/**
 * One evaluation, asked by the clock, by an alert or by a person alike: who asks changes nothing.
 * @returns the decision, and what is to be remembered for the next one
 */
export function decideMode(inputs: CeoInputs, memory: CeoMemory, policy: CeoPolicy, nowMs: number): DecidedMode {
  const match = firstMatch(inputs, policy.ceo);
  const clearCount = isClear(inputs, memory, policy) ? memory.clearCount + 1 : 0;
  const coolDownLeftMs = coolDownLeft(memory, policy, nowMs);
  const held = heldBack(match.mode, memory, policy, clearCount, coolDownLeftMs);
  const mode = held === null ? nextMode(match.mode, memory) : memory.mode;
  const switched = mode !== memory.mode;
  const after = switched ? { mode, switchedAtMs: nowMs, clearCount: 0 } : { ...memory, clearCount };
  const decision: CeoDecision = {
    mode,
    oldMode: memory.mode,
    switched,
    rule: match.mode,
    reasons: held === null ? [...match.reasons] : [...match.reasons, held],
    alerts: alertsOf(inputs, mode, match.reasons),
    inputs,
    coolDownLeftMs: switched ? policy.officers.cooldownMs : coolDownLeftMs,
    clearCount: after.clearCount,
  };
  return { decision, memory: after };
}

/** Whether the rule of the mode we are in would not match even if score and drawdown were worse by the clearance. */
function isClear(inputs: CeoInputs, { mode }: CeoMemory, { ceo }: CeoPolicy): boolean {
  const margin = { score: ceo.clearScore, drawdownFraction: ceo.clearDrawdownFraction };
  return rankOf(firstMatch(inputs, ceo, margin).mode) < rankOf(mode);
}

/** Never more than the whole of it: a clock that was set back does not lengthen it. Never less than 0. */
function coolDownLeft({ switchedAtMs }: CeoMemory, { officers }: CeoPolicy, nowMs: number): number {
  return Math.min(officers.cooldownMs, Math.max(0, switchedAtMs + officers.cooldownMs - nowMs));
}

/** Why the mode stays although the inputs ask for less; null when it need not. */
function heldBack(
  asked: CeoMemory['mode'],
  { mode }: CeoMemory,
  { ceo }: CeoPolicy,
  clearCount: number,
  coolDownLeftMs: number,
): string | null {
  if (rankOf(asked) >= rankOf(mode)) return null;
  if (clearCount < ceo.clearEvaluations) {
    return `${mode} has been clear for ${clearCount} of ${ceo.clearEvaluations} evaluations`;
  }
  return coolDownLeftMs > 0 ? `${mode} stays for another ${Math.ceil(coolDownLeftMs / 1_000)} s` : null;
}

/** Tightening goes all the way, loosening one step. */
const nextMode = (asked: CeoMemory['mode'], { mode }: CeoMemory): CeoMemory['mode'] =>
  rankOf(asked) >= rankOf(mode) ? asked : (MODES_LOOSE_TO_TIGHT[rankOf(mode) - 1] ?? mode);

/** A mode that is tighter than stability is told with its reasons, and so is whatever is wrong with the desk itself. */
function alertsOf({ health }: CeoInputs, mode: CeoMemory['mode'], reasons: readonly string[]): string[] {
  const governed = rankOf(mode) > rankOf('stability') ? reasons.map((one) => `${mode}: ${one}`) : [];
  return [...governed, ...health.problems];
}

/** What is remembered of a mode that somebody else has set since: a person's switch begins a cool-down of its own. */
export function rememberedOf(
  stored: CeoMemory | null,
  inForce: { readonly mode: CeoMemory['mode']; readonly modeSinceMs: number },
): CeoMemory {
  const { mode, modeSinceMs: switchedAtMs } = inForce;
  const isSame = stored !== null && stored.mode === mode && stored.switchedAtMs === switchedAtMs;
  return isSame ? stored : { mode, switchedAtMs, clearCount: 0 };
}
