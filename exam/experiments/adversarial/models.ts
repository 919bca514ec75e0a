/** Rows 25 to 52: what news says to a model, what a model says to the desk, and what servers of models say instead. */
import type { DeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { examineAnswers } from './answers.ts';
import { type Outcome, runCases } from './case.ts';
import { openModelSite } from './model-site.ts';
import { callCases, examineTalks } from './model-tools.ts';
import { wireCases } from './model-wire.ts';
import { byCleaner, unseenNews } from './news-texts.ts';
import { panelCases } from './panel-votes.ts';
import type { ParseAnswer } from './right-answers.ts';

const WITHIN_MS = 60_000;
/** Of twenty unseen inputs one goes over the wire. */
const WIRE_PART = 20;
const TALKS_MAX = 20;

/** What a parser must never be: the first thing that looks like an answer is one. */
export const LENIENT_PARSE = ((_, { text }) => {
  const [found = '{}'] = /\{[\s\S]*\}/.exec(text) ?? [];
  try {
    return { ok: true, value: JSON.parse(found), textsCut: [] };
  } catch {
    return { ok: true, value: { action: 'hold', confidence: 0 }, textsCut: [] };
  }
}) as ParseAnswer;

/** What needs no desk: texts, answers, panels. */
export async function examineTexts(seed: number, size: number, parse?: ParseAnswer): Promise<Outcome[]> {
  const cases = [...unseenNews(seed, size).map(byCleaner), ...panelCases(seed, size)];
  const outcomes = await runCases(cases, { atOnce: 1, withinMs: WITHIN_MS });
  return [...outcomes, ...(await examineAnswers(seed, size, parse))];
}

/** The same and the rest through the gateway, its tools and its conversations. */
export async function examineModels(desk: DeskInProcess, seed: number, size: number): Promise<Outcome[]> {
  const part = Math.ceil(size / WIRE_PART);
  const site = await openModelSite(desk.db);
  try {
    const cases = [...wireCases(site, seed, part), ...callCases(site, seed, size)];
    const outcomes = await runCases(cases, { atOnce: 8, withinMs: WITHIN_MS });
    return [...outcomes, ...(await examineTalks(desk, site, seed, Math.min(part, TALKS_MAX)))];
  } finally {
    await site.close();
  }
}
