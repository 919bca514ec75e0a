/** The one passage of effects, and the hooks an exam hangs into it. */
import { afterEach, describe, expect, it } from 'vitest';
import { EFFECT_NAMES, type EffectName, effect, installEffectHook } from '../../adapters/effect.ts';

const removals: (() => void)[] = [];
const install: typeof installEffectHook = (hook) => {
  const remove = installEffectHook(hook);
  removals.push(remove);
  return remove;
};
afterEach(() => {
  for (const remove of removals.splice(0)) remove();
});

function recorder(): { readonly seen: string[]; readonly remove: () => void } {
  const seen: string[] = [];
  const remove = install({
    before: (name) => void seen.push(`before ${name}`),
    after: (name) => void seen.push(`after ${name}`),
  });
  return { seen, remove };
}

describe('an effect', () => {
  it('has a hook before and after, around its body', async () => {
    const { seen } = recorder();
    expect(await effect('venue.send', async () => seen.push('body'))).toBe(2);
    expect(seen).toEqual(['before venue.send', 'body', 'after venue.send']);
  });

  it('is ended for the hook also when it failed', async () => {
    const { seen } = recorder();
    const failing = effect('venue.cancel', () => Promise.reject(new Error('reset')));
    await expect(failing).rejects.toThrow('reset');
    expect(seen).toEqual(['before venue.cancel', 'after venue.cancel']);
  });

  it('does not happen when the hook before it throws', async () => {
    let happened = false;
    install({
      before() {
        throw new Error('killed here');
      },
    });
    const body = async (): Promise<void> => {
      happened = true;
    };
    await expect(effect('venue.send', body)).rejects.toThrow('killed here');
    expect(happened).toBe(false);
  });

  it('has happened when the hook after it throws', async () => {
    let happened = false;
    install({ after: () => Promise.reject(new Error('killed there')) });
    const body = async (): Promise<void> => {
      happened = true;
    };
    await expect(effect('venue.send', body)).rejects.toThrow('killed there');
    expect(happened).toBe(true);
  });

  it('waits for a hook, and forgets one that was removed', async () => {
    const { seen, remove } = recorder();
    install({
      async before(name) {
        await Promise.resolve();
        seen.push(`slow ${name}`);
      },
    });
    await effect('venue.clock', async () => void seen.push('body'));
    remove();
    await effect('venue.clock', async () => undefined);
    const expected = ['before venue.clock', 'slow venue.clock', 'body', 'after venue.clock', 'slow venue.clock'];
    expect(seen).toEqual(expected);
  });

  it('has a name that stands once in the list', () => {
    const names: readonly EffectName[] = EFFECT_NAMES;
    expect(new Set(names).size).toBe(names.length);
  });
});
