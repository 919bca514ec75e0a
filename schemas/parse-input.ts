/**
 * Parses what a person or a program sends us and lists ALL mistakes in the one shape of a problem.
 * Codes: INPUT_REQUIRED, INPUT_TYPE, INPUT_UNKNOWN_FIELD, INPUT_RANGE, INPUT_ITEMS, INPUT_ENUM, INPUT_ID, INPUT_MONEY.
 */
import { z } from 'zod';
import { boundProblem, enumProblem, formatProblem, typeProblem, unknownField } from './issue-problem.ts';
import { nearestName } from './nearest-name.ts';
import { type Path, pathText } from './path-text.ts';
import { InvalidInput, type Problem, problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** @throws InvalidInput with every problem found, those of `extra` included */
export function parseInput<S extends z.ZodType>(
  schema: S,
  raw: unknown,
  extra: (raw: unknown) => readonly Problem[] = () => [],
): z.output<S> {
  const parsed = schema.safeParse(raw, { reportInput: true });
  const issues = parsed.success ? [] : withoutEchoes(parsed.error.issues);
  const known = knownNames(schema);
  const problems = listed(dedupe([...issues.flatMap((issue) => problemsOf(issue, [])), ...extra(raw)])).map((one) =>
    one.code === 'INPUT_UNKNOWN_FIELD' ? withNearest(one, known) : one,
  );
  if (problems.length > 0 || !parsed.success) throw new InvalidInput(problems);
  return parsed.data;
}

/** A value of the wrong type has that one mistake, even where a list has a length and so has the text it should be. */
function withoutEchoes(issues: readonly Issue[]): readonly Issue[] {
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => pathText(path)));
  return issues.filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(pathText(path)));
}

/** A list that no failure could carry any more is cut, and its last entry says by how much. */
const PROBLEMS_MAX = 200;

function listed(problems: readonly Problem[]): readonly Problem[] {
  const rest = problems.length - PROBLEMS_MAX;
  if (rest <= 0) return problems;
  const expected = `at most ${PROBLEMS_MAX} mistakes at once`;
  return [...problems.slice(0, PROBLEMS_MAX), problem('INPUT_TOO_LARGE', '', `${rest} further mistakes`, expected)];
}

/** The problems of a value against a schema, with `base` in front of each path. */
export function problemsAt(schema: z.ZodType, raw: unknown, base: Path): Problem[] {
  const parsed = schema.safeParse(raw, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, base));
}

/** All field names of a schema and of the objects inside it: the vocabulary for hints. */
function knownNames(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => knownNames(unwrap(one as z.ZodType)));
  const shape = 'shape' in schema && typeof schema.shape === 'object' ? Object.entries(schema.shape ?? {}) : [];
  return shape.flatMap(([name, inner]) => [name, ...knownNames(unwrap(inner))]);
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? unwrap(schema.unwrap()) : schema;
}

function withNearest(one: Problem, known: readonly string[]): Problem {
  const name = one.path.split('.').at(-1) ?? '';
  const near = nearestName(name, known);
  return near === null || near === name || one.hint.startsWith('did you')
    ? one
    : { ...one, hint: `did you mean ${near}` };
}

function dedupe(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((one) => {
    const key = `${one.code} ${one.path}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function problemsOf(issue: Issue, base: Path): Problem[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(key, path));
    case 'invalid_union':
      return unionProblems(issue, path);
    case 'invalid_type':
      return [typeProblem(issue, path)];
    case 'invalid_value':
      return [enumProblem(issue, path)];
    case 'too_small':
    case 'too_big':
      return [boundProblem(issue, path)];
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return [problem('INPUT_TYPE', pathText(path), issue.input, issue.message)];
    case 'invalid_format':
      return [formatProblem(path, issue.input)];
    case 'custom':
      return [problem('INPUT_RANGE', pathText(path), issue.input, issue.message)];
  }
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/** Takes the branch that fits the value's own kind, so that the problems speak of what was meant. */
function unionProblems(issue: UnionIssue, path: Path): Problem[] {
  const { input } = issue;
  if (issue.errors.length === 0) {
    const key = issue.discriminator ?? '';
    const value =
      typeof input === 'object' && input !== null ? Object.entries(input).find(([k]) => k === key)?.[1] : input;
    return [
      problem(
        value === undefined ? 'INPUT_REQUIRED' : 'INPUT_ENUM',
        pathText(path),
        value,
        `a known ${key || 'value'}`,
      ),
    ];
  }
  const kind = kindOf(issue);
  if (kind !== null) return kindProblems(issue, kind, path);
  const fitting = issue.errors.find(
    (branch) => !branch.some((one) => one.path.length === 0 && one.code === 'invalid_type'),
  );
  if (fitting === undefined)
    return [problem(input === undefined ? 'INPUT_REQUIRED' : 'INPUT_TYPE', pathText(path), input, 'text or an object')];
  return fitting.flatMap((one) => problemsOf(one, path));
}

/** The field that tells the branches apart, where the value's is that of none; of a union with `unionFallback`. */
const kindOf = ({ errors }: UnionIssue): PropertyKey | null =>
  errors[0]?.map(kindName).find((name) => name !== null && errors.every((one) => literalsOf(one, name).length > 0)) ??
  null;

const kindName = ({ code, path }: Issue): PropertyKey | null =>
  code === 'invalid_value' && path.length === 1 ? (path[0] ?? null) : null;

const literalsOf = (branch: readonly Issue[], name: PropertyKey): readonly unknown[] =>
  branch.flatMap((one) => (one.code === 'invalid_value' && kindName(one) === name ? one.values : []));

/** The kind, and what else is wrong if the kind with the nearest name was meant, or else the one that fits best. */
function kindProblems({ errors, input }: UnionIssue, name: PropertyKey, path: Path): Problem[] {
  const given = Object.entries(input ?? {}).find(([key]) => key === name)?.[1];
  const values = errors.flatMap((branch) => literalsOf(branch, name)).map(String);
  const asked = { code: 'invalid_value' as const, path: [name], message: '', values, input: given };
  const near = typeof given === 'string' ? nearestName(given, values) : null;
  const others = errors.map((branch) =>
    branch.filter((one) => kindName(one) !== name).flatMap((one) => problemsOf(one, path)),
  );
  const meant = errors.findIndex((branch) => literalsOf(branch, name).some((one) => one === near));
  const best = others.reduce((least, one) => (misfit(one) < misfit(least) ? one : least));
  return [enumProblem(asked, [...path, name]), ...(others[meant] ?? best)];
}

/** A field that a kind does not know speaks more against it than all that is wrong in those it knows. */
const misfit = (problems: readonly Problem[]): number =>
  problems.length + PROBLEMS_MAX * problems.filter(({ code }) => code === 'INPUT_UNKNOWN_FIELD').length;
