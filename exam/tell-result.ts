/** A result as lines for a person. */
import type { ExamResult } from './exam.ts';

const VIOLATIONS_SHOWN = 20;

export function tellResult(result: ExamResult): string[] {
  const { experiment, control, figures, violations, voidBecause } = result;
  const shown = violations.slice(0, VIOLATIONS_SHOWN).map(({ kind, where }) => `  ${kind.padEnd(12)} ${where}`);
  const more = violations.length - shown.length;
  return [
    `${experiment}${control === null ? '' : `, control ${control.name}`}: ${verdictOf(result)}`,
    ...Object.entries(figures).map(([name, value]) => `  ${name.padEnd(24)} ${figureText(value)}`),
    ...voidBecause.map((reason) => `  void         ${reason}`),
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

export function verdictOf({ ok, control, violations, ...rest }: ExamResult): string {
  if (control?.seen === true) return `failed as it must, by ${control.expected}`;
  if (control !== null) return `DID NOT SEE IT: ${control.expected} was expected`;
  if (violations.length > 0) return `FAILED, ${violations.length} violations`;
  return ok ? 'passed' : `void${rest.void ? '' : '?'}`;
}

export const figureText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
