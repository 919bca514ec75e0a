/** A workflow that does nothing but dispatch activities that do nothing: what the bare server can carry. */
import { proxyActivities } from '@temporalio/workflow';

const { noOp } = proxyActivities<{ noOp: () => Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** `count` activities, `atOnce` of them at a time. */
export async function noOpActivities(count: number, atOnce: number): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - done) }, () => noOp()));
  }
}
