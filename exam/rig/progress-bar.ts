/** One line on stderr that shows how far an exam is and when it may end; off a terminal one line every ten seconds. */
const WIDTH = 24;
const REPEAT_MS = 10_000;

export type ProgressBar = {
  /** `note`: what else is worth a word now. */
  readonly show: (done: number, total: number, note?: string) => void;
  readonly end: () => void;
};

export function progressBar(what: string): ProgressBar {
  const startedAtMs = Date.now();
  const { stderr } = process;
  let shownAtMs = 0;
  return {
    show(done, total, note = '') {
      const everyMs = stderr.isTTY ? 200 : REPEAT_MS;
      if (Date.now() - shownAtMs < everyMs) return;
      shownAtMs = Date.now();
      const line = `${what} ${bar(done, total)} ${done}/${total} ${remaining(done, total, shownAtMs - startedAtMs)} ${note}`;
      stderr.write(stderr.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end() {
      if (stderr.isTTY) stderr.write('\n');
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? 0 : Math.min(WIDTH, Math.round((done / total) * WIDTH));
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`;
}

function remaining(done: number, total: number, elapsedMs: number): string {
  if (done === 0) return 'ETA –';
  return `ETA ${Math.round(((elapsedMs / done) * (total - done)) / 1_000)} s`;
}
