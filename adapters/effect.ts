/**
 * The one function through which every effect on the outside passes. Lint refuses a `fetch` or a socket elsewhere, and
 * adapters/http/ goes through here by itself. The hooks let an exam stop the process at every boundary, before and
 * after each effect. Not for rows of our own Postgres.
 */

/** Every effect there is. A new venue or provider reuses these names; a new kind of effect adds one here. */
export const EFFECT_NAMES = [
  'venue.send',
  'venue.cancel',
  'venue.cancelAll',
  'venue.lookUp',
  'venue.openOrders',
  'venue.fills',
  'venue.busts',
  'venue.positions',
  'venue.account',
  'venue.clock',
  'market.bars',
  'market.quote',
  'market.symbols',
  'news.read',
  'model.ask',
  'model.look',
  'alert.send',
] as const;
export type EffectName = (typeof EFFECT_NAMES)[number];

/** Both may wait, and both may throw: a throw before the effect keeps it from happening. */
export type EffectHook = {
  readonly before?: (name: EffectName) => void | Promise<void>;
  /** Called once the effect has ended, whether it was answered or failed. */
  readonly after?: (name: EffectName) => void | Promise<void>;
};

let installed: readonly EffectHook[] = [];

/** Adds a hook to this process and answers the function that takes it away. For exams and tests. */
export function installEffectHook(hook: EffectHook): () => void {
  installed = [...installed, hook];
  return () => {
    installed = installed.filter((one) => one !== hook);
  };
}

/** Runs `body` as the effect `name`. @throws what the body throws, or what a hook throws */
export async function effect<T>(name: EffectName, body: () => Promise<T>): Promise<T> {
  const hooks = installed;
  for (const hook of hooks) await hook.before?.(name);
  try {
    return await body();
  } finally {
    for (const hook of hooks) await hook.after?.(name);
  }
}
