/**
 * An evolution of a thousand generations of a thousand: how long its histories grow, whether each genome has one trial,
 * how much memory its workers take and how much disk it leaves. Size: generations, and as many genomes in each.
 */
import { deskFiles } from '../../scripts/lib/paths.ts';
import type { ExamAnswer, Experiment, Figures, Violation } from '../exam.ts';
import { folderMib, residentMib } from '../rig/process-usage.ts';
import { openResearchRig, type ResearchRig } from '../rig/research-rig.ts';
import { eightYears, storeHours } from './evolution/hours.ts';
import { eventsOfRuns, rowViolations, runOnce } from './evolution/runs.ts';

const SIZE = 1_000;
const THREADS = 2;
const EVENTS_MAX = 4_000;
const MEMORY_MIB_MAX = 1_536;
const LOOK_EVERY_MS = 500;

export const experiment: Experiment = {
  name: 'evolution-large',
  controls: {},
  run: async ({ seed, size }) => {
    const rig = await openResearchRig({ spare: false });
    let isClean = false;
    try {
      const answer = await takeLarge(rig, seed, size ?? SIZE);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean);
    }
  },
};

async function takeLarge(rig: ResearchRig, seed: number, size: number): Promise<ExamAnswer> {
  const hours = await eightYears(seed);
  const bars = await storeHours(rig.db, hours);
  const diskBefore = diskOf(rig);
  const memory = watchMemory(rig);
  const input = { population: size, generations: size, seed, threads: THREADS };
  const ended = await runOnce(rig, 'large', input).finally(memory.stop);
  const diskAfter = diskOf(rig);
  const events = await eventsOfRuns(rig, ended.workflowId);
  const violations: Violation[] = await rowViolations(rig, ended);
  if (events.length === 0 || Math.max(...events) >= EVENTS_MAX)
    violations.push({ kind: 'longHistory', where: `${events.join(', ')} events` });
  if (memory.peak().all > MEMORY_MIB_MAX)
    violations.push({ kind: 'memory', where: `${memory.peak().all} MiB resident in all workers` });
  const grown = Object.fromEntries(
    Object.entries(diskAfter).map(([name, mib]) => [name, mib - (diskBefore[name] ?? 0)]),
  );
  return {
    violations,
    voidBecause: size < SIZE ? [`${size} × ${size}, ${SIZE} × ${SIZE} are needed`] : [],
    figures: {
      bars,
      source: hours.source,
      run: ended.figures,
      histories: events.length,
      eventsMax: Math.max(0, ...events),
      workersPeakMib: memory.peak(),
      diskGrowthMib: grown,
    },
  };
}

function diskOf({ home }: ResearchRig): Record<string, number> {
  const { postgres, temporal } = deskFiles(home);
  return { postgres: folderMib(postgres), temporal: folderMib(temporal) };
}

type Memory = { readonly all: number; readonly research: number; readonly compute: number };

/** The most that both workers had resident at once, and each at that moment. */
function watchMemory(rig: ResearchRig): { readonly peak: () => Memory & Figures; readonly stop: () => void } {
  let peak: Memory = { all: 0, research: 0, compute: 0 };
  const look = (): void => {
    const [research, compute] = [rig.research, rig.compute].map((worker) => residentMib(worker.child()?.pid));
    const all = (research ?? 0) + (compute ?? 0);
    if (all > peak.all) peak = { all, research: research ?? 0, compute: compute ?? 0 };
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { peak: () => ({ ...peak }), stop: () => clearInterval(timer) };
}
