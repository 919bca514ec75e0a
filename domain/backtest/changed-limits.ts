/**
 * A walk's context under other limits: what would have been, never what is. A name that several of them bear (session,
 * operating mode, desk, compliance) is changed in each, so that the change is felt whichever is the tightest.
 */
import { modeProfileSchema } from '../../schemas/governance.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../schemas/risk.ts';
import type { WalkContext } from './walk-context.ts';

/** `null` where a limit may have none. */
export type LimitChanges = Readonly<Record<string, number | boolean | null>>;

const SCHEMAS = [sessionLimitsSchema, modeProfileSchema, deskLimitsSchema, complianceSchema] as const;

const LISTS = ['symbolsAllowed', 'symbolsDenied'];

/** Every name that can be changed. */
export const LIMIT_NAMES: readonly string[] = [...new Set(SCHEMAS.flatMap(({ shape }) => Object.keys(shape)))].filter(
  (name) => !LISTS.includes(name),
);

/** @throws ZodError for a value outside its bounds */
export function withLimits<Context extends Pick<WalkContext, 'limits' | 'policy' | 'desk' | 'compliance'>>(
  context: Context,
  changes: LimitChanges,
): Context {
  const { limits, policy, desk, compliance } = context;
  return {
    ...context,
    limits: sessionLimitsSchema.parse(changed(limits, changes)),
    policy: { ...policy, profile: modeProfileSchema.parse(changed(policy.profile, changes)) },
    desk: deskLimitsSchema.parse(changed(desk, changes)),
    compliance: complianceSchema.parse(changed(compliance, changes)),
  };
}

const changed = (values: object, changes: LimitChanges): object => ({
  ...values,
  ...Object.fromEntries(Object.entries(changes).filter(([name]) => Object.hasOwn(values, name))),
});

type Field = { safeParse: (value: unknown) => { error?: { issues: readonly { message: string }[] } | undefined } };

/** What is wrong with a value by the schemas that know its name; null where nothing is. */
export function limitFault(name: string, value: unknown): string | null {
  for (const { shape } of SCHEMAS) {
    const fields: Readonly<Record<string, Field>> = shape;
    const issues = fields[name]?.safeParse(value).error?.issues ?? [];
    if (issues.length > 0) return issues.map(({ message }) => message).join('; ');
  }
  return null;
}
