/**
 * One deadline over many waits: whoever stops a desk must not wait for ever.
 * Not a cancellation: the work goes on unheard.
 */

/** The result of `work`, or `late` when it is not there at `deadlineMs` (epoch ms). What fails late is not heard. */
export async function before<T, L>(deadlineMs: number, work: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), Math.max(0, deadlineMs - Date.now()));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
