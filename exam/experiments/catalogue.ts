/** The experiments there are, each loaded when asked for. A new one = one file and one line here, in the order of `all`. */
import type { Experiment } from '../exam.ts';

type Load = () => Promise<{ readonly experiment: Experiment }>;

export const EXPERIMENTS = {
  orders: () => import('./orders.ts'),
  'orders-on-postgres': () => import('./orders-on-postgres.ts'),
  'crash-points': () => import('./crash-points.ts'),
  zombies: () => import('./zombies.ts'),
  reconcile: () => import('./reconcile.ts'),
  'kill-switch': () => import('./kill-switch.ts'),
  adversarial: () => import('./adversarial.ts'),
  isolation: () => import('./isolation.ts'),
  budget: () => import('./budget.ts'),
  'hostile-model': () => import('./hostile-model.ts'),
  leaks: () => import('./leaks.ts'),
  replay: () => import('./replay.ts'),
  secrets: () => import('./secrets.ts'),
  officers: () => import('./officers.ts'),
  'cool-down': () => import('./cool-down.ts'),
  'officers-load': () => import('./officers-load.ts'),
  simulation: () => import('./simulation.ts'),
  'null-edge': () => import('./null-edge.ts'),
  evolution: () => import('./evolution.ts'),
  'evolution-large': () => import('./evolution-large.ts'),
  agents: () => import('./agents.ts'),
} satisfies Record<string, Load>;

export type ExperimentName = keyof typeof EXPERIMENTS;
export const EXPERIMENT_NAMES = Object.keys(EXPERIMENTS) as ExperimentName[];
