/**
 * Prometheus metrics, read from Postgres when they are asked for: they are those of the desk, whichever process did the
 * work, and its totals survive a restart of this one. Names: docs/face.md.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { lastSequence } from '../db/events.ts';
import { countEvents, type DeskFigures, type Labelled, readCycles, readDeskFigures } from '../db/read/figures.ts';
import type { ApiParts } from './parts.ts';

export type Metrics = { readonly contentType: string; readonly text: () => Promise<string> };

const CYCLE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** Totals that are counts of events. */
const EVENT_TOTALS = {
  ceo_mode_switch: ['ceo_mode_switches_total', 'Switches of the operating mode'],
  risk_alert: ['risk_alerts_total', 'Alerts of the Risk Officer'],
  strategy_recommendation: ['strategy_recommendation_changes_total', 'Changed recommendations of the Strategy Officer'],
} as const;

/** One look at the book serves all metrics of a scrape; scrapes follow one another. */
export function createMetrics({ db, nowMs }: ApiParts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const showFigures = createFigures(registry);
  const countTypes = createEventTotals(registry);
  const cycles = createCycleSeconds(registry);
  let countedUntil = 0;
  const countedSlots = new Map<string, number>();
  const sinceMs = nowMs();
  const collect = async (): Promise<string> => {
    const until = await lastSequence(db);
    const [figures, counts, ended] = await Promise.all([
      readDeskFigures(db),
      countEvents(db, countedUntil, until),
      readCycles(db, countedSlots, sinceMs),
    ]);
    countedUntil = until;
    showFigures(figures);
    countTypes(counts);
    for (const { officer, slotMs, tookMs } of ended) {
      countedSlots.set(officer, slotMs);
      cycles(officer, tookMs / 1_000);
    }
    return registry.metrics();
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    contentType: registry.contentType,
    text: () => {
      const next = last.then(collect, collect);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

function createCycleSeconds(registry: Registry): (officer: string, seconds: number) => void {
  const shared = { buckets: CYCLE_SECONDS, registers: [registry] };
  const ceo = new Histogram({ ...shared, name: 'ceo_cycle_seconds', help: 'Time that a cycle of the CEO took' });
  const all = new Histogram({
    ...shared,
    name: 'officer_cycle_seconds',
    help: 'Time that a cycle of an officer took',
    labelNames: ['officer'],
  });
  return (officer, seconds) => {
    if (officer === 'ceo') ceo.observe(seconds);
    all.observe({ officer }, seconds);
  };
}

function createEventTotals(registry: Registry): (counts: readonly Labelled[]) => void {
  const totals = Object.entries(EVENT_TOTALS).map(
    ([type, [name, help]]) => [type, new Counter({ name, help, registers: [registry] })] as const,
  );
  return (counts) => {
    for (const [type, total] of totals) total.inc(counts.find(({ label }) => label === type)?.value ?? 0);
  };
}

function createFigures(registry: Registry): (figures: DeskFigures) => void {
  const gauge = (name: string, help: string, label?: string) => {
    const made = new Gauge({ name, help, registers: [registry], labelNames: label === undefined ? [] : [label] });
    return (rows: readonly Labelled[]) => {
      made.reset();
      for (const row of rows) made.set(label === undefined ? {} : { [label]: row.label }, row.value);
    };
  };
  const sessions = gauge('sessions_open', 'Open sessions', 'trading_mode');
  const orders = gauge('orders', 'Orders that are not simulated, by state', 'state');
  const equity = gauge('account_equity_usd', 'Equity of an account', 'account');
  const cost = gauge('model_cost_usd', 'Cost of all model calls');
  const calls = gauge('model_calls', 'Model calls in the book');
  const accuracy = gauge('model_accuracy', 'Share of scored answers that were right', 'model');
  const risk = gauge('risk_score', 'Score of the Risk Officer, 0 to 100');
  const present = gauge('federation_inputs_present', 'Officers whose last word is not stale');
  const ages = gauge('federation_input_age_seconds', 'Age of an officer’s last word', 'officer');
  const one = (value: number): Labelled[] => [{ label: '', value }];
  return (figures) => {
    sessions(figures.sessionsOpen);
    orders(figures.ordersByState);
    equity(figures.equityByAccount);
    cost(one(figures.modelCostMicroUsd / 1_000_000));
    calls(one(figures.modelCallCount));
    accuracy(figures.accuracyByModel);
    const score = figures.lastRisk?.riskScore;
    risk(typeof score === 'number' ? one(score) : []);
    const inputs = inputsOf(figures);
    present(figures.lastGlobalState === null ? [] : one(inputs.filter(({ stale }) => !stale).length));
    ages(inputs.flatMap(({ officer, ageMs }) => (ageMs === null ? [] : [{ label: officer, value: ageMs / 1_000 }])));
  };
}

type Input = { readonly officer: string; readonly ageMs: number | null; readonly stale: boolean };

function inputsOf({ lastGlobalState }: DeskFigures): Input[] {
  const inputs = Object.entries(Object(lastGlobalState?.inputs)) as [
    string,
    { ageMs?: number | null; stale?: boolean },
  ][];
  return inputs.map(([officer, { ageMs, stale }]) => ({ officer, ageMs: ageMs ?? null, stale: stale === true }));
}
