/**
 * The end of a run waits for a pause between signals. One that reaches the server while it takes the end of a run makes
 * it refuse that end once (a failed workflow task in the history), and signals come in bursts.
 */
import { condition } from '@temporalio/workflow';

/** How long no signal may have come, and how long to wait for that at most. */
const QUIET_MS = 500;
const QUIET_WITHIN_MS = 10_000;

/** @param inbox `heardAtMs`: when the last signal came, in workflow time */
export async function signalsQuiet(inbox: { readonly heardAtMs: number }): Promise<void> {
  const untilMs = Date.now() + QUIET_WITHIN_MS;
  for (;;) {
    const { heardAtMs } = inbox;
    const waitMs = Math.min(heardAtMs + QUIET_MS, untilMs) - Date.now();
    if (!(waitMs > 0)) return;
    await condition(() => inbox.heardAtMs !== heardAtMs, waitMs);
  }
}
