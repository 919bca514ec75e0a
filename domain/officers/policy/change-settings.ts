/**
 * A person's change of the policy, by key: `mode`, a flag or interval by its own name (`cooldownMs`), else a path
 * (`profiles.defensive.positionsMax`, `ceo.emergencyScore`, or a whole part such as `profiles.defensive`). Pure.
 */
import { type OperatingMode, operatingModeSchema } from '../../../schemas/governance.ts';
import { nearestName } from '../../../schemas/nearest-name.ts';
import {
  MODES_LOOSE_TO_TIGHT,
  officerSettingsSchema,
  type PolicySettings,
  policySettingsSchema,
} from '../../../schemas/officers/policy-store.ts';
import { problemsAt } from '../../../schemas/parse-input.ts';
import { InvalidInput, type Problem, problem } from '../../../schemas/problem.ts';
import { profileOrderProblems, settingsProblems } from './settings-problems.ts';

export type PolicyDocument = { readonly mode: OperatingMode; readonly settings: PolicySettings };
export type PolicyChanges = Readonly<Record<string, unknown>>;

const FLAGS = Object.keys(officerSettingsSchema.shape);

/** The document after the changes. @throws InvalidInput with every problem of all of them */
export function changeSettings({ mode, settings }: PolicyDocument, changes: PolicyChanges): PolicyDocument {
  const { mode: newMode = mode, ...rest } = changes;
  const entries = Object.entries(rest);
  const unknown = entries.flatMap(([key]) =>
    valueAt(settings, pathOf(key)) === undefined ? [unknownKey(key, settings)] : [],
  );
  const known = entries.filter(([key]) => valueAt(settings, pathOf(key)) !== undefined);
  const changed: unknown = known.reduce<Tree>((tree, [key, value]) => withValue(tree, pathOf(key), value), settings);
  const problems = [...modeProblems(newMode), ...unknown, ...problemsAt(policySettingsSchema, changed, []).map(byKey)];
  const parsed = policySettingsSchema.safeParse(changed);
  const modes = MODES_LOOSE_TO_TIGHT.filter((one) => known.some(([key]) => touches(pathOf(key), one)));
  if (parsed.success) problems.push(...settingsProblems(parsed.data), ...profileOrderProblems(parsed.data, modes));
  if (problems.length > 0 || !parsed.success) throw new InvalidInput(problems);
  return { mode: operatingModeSchema.parse(newMode), settings: parsed.data };
}

/** What differs between two documents, by key: what stands as `before` and `after` in the history. */
export function differences(
  before: PolicyDocument,
  after: PolicyDocument,
): { before: PolicyChanges; after: PolicyChanges } {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const keys = Object.keys(now).filter((key) => old[key] !== now[key]);
  const pick = (leaves: PolicyChanges): PolicyChanges =>
    Object.fromEntries(keys.map((key) => [key, leaves[key] ?? null]));
  return { before: pick(old), after: pick(now) };
}

/** Every key that can be set, with its value. */
export const leavesOf = ({ mode, settings }: PolicyDocument): PolicyChanges =>
  Object.fromEntries([['mode', mode], ...leaves(settings, []).map(([path, value]) => [keyOf(path), value] as const)]);

type Tree = Readonly<Record<string, unknown>>;
type Path = readonly string[];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const pathOf = (key: string): Path => (FLAGS.includes(key) ? ['officers', key] : key.split('.'));

const keyOf = (path: Path): string => (path[0] === 'officers' && path.length === 2 ? (path[1] ?? '') : path.join('.'));

const touches = ([part, mode]: Path, one: OperatingMode): boolean =>
  part === 'profiles' && (mode === undefined || mode === one);

/** undefined where there is no such key; `null` is a value. */
function valueAt(tree: unknown, [name, ...rest]: Path): unknown {
  if (name === undefined) return tree;
  return isTree(tree) && Object.hasOwn(tree, name) ? valueAt(tree[name], rest) : undefined;
}

function withValue(tree: Tree, [name = '', ...rest]: Path, value: unknown): Tree {
  const inner = tree[name];
  return { ...tree, [name]: rest.length === 0 || !isTree(inner) ? value : withValue(inner, rest, value) };
}

const leaves = (value: unknown, path: Path): (readonly [Path, unknown])[] =>
  isTree(value) ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name])) : [[path, value]];

function unknownKey(key: string, settings: PolicySettings): Problem {
  const keys = ['mode', ...leaves(settings, []).map(([path]) => keyOf(path))];
  const near = nearestName(key, keys);
  const hint = near === null ? 'npm run policy -- show lists them' : `did you mean ${near}`;
  return problem('INPUT_UNKNOWN_FIELD', key, key, 'a key of the policy', hint, `${key}: unknown key`);
}

const modeProblems = (mode: unknown): Problem[] => problemsAt(operatingModeSchema, mode, ['mode']);

/** Flags and intervals are known by their own names. */
function byKey(one: Problem): Problem {
  const key = keyOf(one.path.split('.'));
  return { ...one, path: key, message: one.message.replace(one.path, key) };
}
